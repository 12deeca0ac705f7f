#include "store/sqlite/reader.h"

#include <algorithm>
#include <functional>
#include <limits>
#include <string_view>

namespace vss::store::sqlite {
namespace {

// The newest records of a list, found in one of two ways.  Rows are taken one at a time, so that
// the two can race.
struct Search {
  const ListQuery& query;
  std::size_t count;  // How many to find.
  std::vector<Rank> found;

  bool Wants(Rank rank, std::string_view key) const {
    return key.starts_with(query.prefix) && key != query.apart &&
           (!query.older_than || rank < *query.older_than);
  }
};

// From the newest record of the space down: quick where many keys have the prefix.
class RankWalk final {
 public:
  RankWalk(Statement& statement, std::int64_t space, const ListQuery& list, std::size_t count)
      : search_{list, count, {}},
        rows_(statement, space, list.older_than.value_or(std::numeric_limits<Rank>::max())) {}

  Sql<bool> IsDoneAfterAStep() {
    VSS_TRY(const bool has_row, rows_.Next());
    if (!has_row) return true;
    if (search_.Wants(rows_.Int(0), rows_.Bytes(1))) search_.found.push_back(rows_.Int(0));
    return search_.found.size() == search_.count;
  }

  std::vector<Rank> TakeFound() { return std::move(search_.found); }

 private:
  Search search_;
  Query rows_;
};

// Through all keys with the prefix, keeping the newest: quick where few keys have it.
class KeyWalk final {
 public:
  KeyWalk(Statement& statement, std::int64_t space, const ListQuery& list, std::size_t count)
      : search_{list, count, {}}, rows_(statement, space, std::string_view(list.prefix)) {}

  Sql<bool> IsDoneAfterAStep() {
    VSS_TRY(const bool has_row, rows_.Next());
    if (!has_row || !rows_.Bytes(1).starts_with(search_.query.prefix)) return true;
    if (search_.Wants(rows_.Int(0), rows_.Bytes(1))) Keep(rows_.Int(0));
    return false;
  }

  std::vector<Rank> TakeFound() {
    std::sort_heap(search_.found.begin(), search_.found.end(), std::greater<>());
    return std::move(search_.found);
  }

 private:
  // The oldest of those found is on top of the heap.
  void Keep(Rank rank) {
    std::vector<Rank>& heap = search_.found;
    if (heap.size() == search_.count) {
      if (rank < heap.front()) return;
      std::pop_heap(heap.begin(), heap.end(), std::greater<>());
      heap.pop_back();
    }
    heap.push_back(rank);
    std::push_heap(heap.begin(), heap.end(), std::greater<>());
  }

  Search search_;
  Query rows_;
};

}  // namespace

Sql<std::vector<Record>> Reader::Read(const Space& space, const std::vector<Key>& keys) {
  std::vector<Record> records;
  VSS_TRY(const std::optional<SpaceId> id, FindSpace(space));
  if (!id) return records;
  for (const Key& key : keys) {
    Query query(find_record_, *id, std::string_view(key));
    VSS_TRY(const bool found, query.Next());
    if (found) records.push_back({key, query.Int(0), std::string(query.Bytes(1))});
  }
  return records;
}

Sql<Page> Reader::Read(const Space& space, const ListQuery& query) {
  Page page;
  VSS_TRY(const std::optional<SpaceId> id, FindSpace(space));
  if (!id) return page;
  if (query.read_apart && query.apart) {
    VSS_TRY(page.apart, FindVersion(*id, *query.apart));
  }
  if (query.limit == 0) return page;

  // One more than asked for tells whether there is a next page.
  VSS_TRY(std::vector<Rank> ranks, FindNewest(*id, query, std::size_t{query.limit} + 1));
  if (ranks.size() > query.limit) {
    ranks.pop_back();
    page.next = ranks.back();
  }
  for (const Rank rank : ranks) {
    VSS_TRY(Page::Entry entry, FindEntry(rank));
    page.entries.push_back(std::move(entry));
  }
  return page;
}

Sql<ScanResult> Reader::Read(const Space& space, const ScanQuery& query) {
  ScanResult result;
  VSS_TRY(const std::optional<SpaceId> id, FindSpace(space));
  if (!id) return result;
  std::size_t bytes = 0;
  for (Query rows(scan_, *id, std::string_view(query.prefix));;) {
    VSS_TRY(const bool has_row, rows.Next());
    if (!has_row || !rows.Bytes(0).starts_with(query.prefix)) return result;
    bytes += rows.Bytes(0).size() + static_cast<std::size_t>(rows.Int(2));
    if (bytes > query.bytes_max) return ScanResult{{}, false};
    result.records.push_back({std::string(rows.Bytes(0)), rows.Int(1), std::string(rows.Bytes(3))});
  }
}

Sql<std::optional<Reader::SpaceId>> Reader::FindSpace(const Space& space) {
  Query query(find_space_, std::string_view(space.tenant), std::string_view(space.store));
  VSS_TRY(const bool found, query.Next());
  return found ? std::optional(query.Int(0)) : std::nullopt;
}

Sql<std::optional<Version>> Reader::FindVersion(SpaceId space, const Key& key) {
  Query query(find_version_, space, std::string_view(key));
  VSS_TRY(const bool found, query.Next());
  return found ? std::optional(query.Int(0)) : std::nullopt;
}

// The cost is at most twice that of the better way, whichever that is.
Sql<std::vector<Rank>> Reader::FindNewest(SpaceId space, const ListQuery& query,
                                          std::size_t count) {
  RankWalk by_rank(walk_ranks_, space, query, count);
  KeyWalk by_key(walk_keys_, space, query, count);
  for (;;) {
    VSS_TRY(const bool walked, by_rank.IsDoneAfterAStep());
    if (walked) return by_rank.TakeFound();
    VSS_TRY(const bool swept, by_key.IsDoneAfterAStep());
    if (swept) return by_key.TakeFound();
  }
}

Sql<Page::Entry> Reader::FindEntry(Rank rank) {
  Query query(find_entry_, rank);
  VSS_TRY(const bool found, query.Next());
  if (!found) return Unexpected(Error{SQLITE_CORRUPT, "a rank without a record"});
  return Page::Entry{std::string(query.Bytes(0)), query.Int(1)};
}

}  // namespace vss::store::sqlite
