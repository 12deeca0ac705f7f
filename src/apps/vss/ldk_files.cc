#include "apps/vss/ldk_files.h"

#include <algorithm>
#include <chrono>
#include <iterator>
#include <system_error>
#include <tuple>
#include <utility>

#include "apps/vss/files.h"
#include "backup/file.h"

namespace vss::apps {
namespace {

namespace fs = std::filesystem;

bool IsTemporary(const fs::path& file) {
  return file.extension() == ".tmp" || file.extension() == ".trash";
}

Result<seal::RecordName> NameOf(const fs::path& relative) {
  const std::vector<std::string> parts(relative.begin(), relative.end());
  seal::RecordName name;
  name.key = parts.back();
  if (parts.size() > 1) name.primary = parts.front();
  if (parts.size() > 2) name.secondary = parts[1];
  if (parts.size() > 3 || !seal::CheckName(name)) {
    return Invalid(relative.string() + " is no record of LDK's");
  }
  return name;
}

bool IsFolder(const fs::directory_entry& entry) {
  std::error_code ignored;
  return !entry.is_symlink(ignored) && entry.is_directory(ignored);
}

}  // namespace

Result<LdkFolder> LdkFolder::Create(const std::string& path) {
  std::error_code error;
  LdkFolder folder(path);
  fs::path made = fs::absolute(path, error);
  for (; !made.empty() && !fs::exists(made, error); made = made.parent_path()) {
    folder.made_.push_back(made);
  }
  fs::create_directories(path, error);
  const bool is_empty = !error && fs::is_empty(path, error);
  if (error) return Unavailable(path + " cannot be made", error.message());
  if (!is_empty) return Invalid(path + " is not empty");
  fs::permissions(path, fs::perms::owner_all, error);
  return folder;
}

Result<Done> LdkFolder::Write(const seal::RecordName& name, const std::string& value) {
  const fs::path folder = fs::path(path_) / name.primary / name.secondary;
  std::error_code error;
  fs::create_directories(folder, error);
  if (error) return Unavailable(folder.string() + " cannot be made", error.message());
  VSS_RETURN_IF_FAILED(WriteNewFile(folder / name.key, value));
  time_ += std::chrono::microseconds(1);
  fs::last_write_time(folder / name.key, time_, error);
  return Done{};
}

Result<Done> LdkFolder::Flush() const {
  std::error_code error;
  auto entry = fs::recursive_directory_iterator(path_, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (IsFolder(*entry)) VSS_RETURN_IF_FAILED(backup::FlushFolder(entry->path()));
  }
  if (error) return Unavailable(path_ + " cannot be read", error.message());
  for (const fs::path& made : made_) VSS_RETURN_IF_FAILED(backup::FlushFolderOf(made));
  return backup::FlushFolder(path_);
}

Result<std::vector<LdkFile>> ReadLdkFolder(const std::string& path) {
  std::error_code error;
  std::vector<std::pair<fs::file_time_type, LdkFile>> found;
  auto entry = fs::recursive_directory_iterator(path, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (IsFolder(*entry) || IsTemporary(entry->path())) continue;
    std::error_code ignored;
    if (!entry->is_regular_file(ignored)) {
      return Invalid(entry->path().string() + " is neither a file nor a folder");
    }
    VSS_TRY(seal::RecordName name, NameOf(entry->path().lexically_relative(path)));
    const auto time = entry->last_write_time(error);
    found.emplace_back(time, LdkFile{std::move(name), entry->path()});
  }
  if (error) return Invalid("cannot read " + path + ": " + error.message());
  std::ranges::sort(found, [](const auto& a, const auto& b) {
    return std::tie(a.first, a.second.path) < std::tie(b.first, b.second.path);
  });
  std::vector<LdkFile> files;
  files.reserve(found.size());
  for (auto& [time, file] : found) files.push_back(std::move(file));
  return files;
}

Result<std::string> ReadLdkFile(const LdkFile& file) { return ReadInput(file.path); }

}  // namespace vss::apps
