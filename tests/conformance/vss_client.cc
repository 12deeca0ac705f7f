#include "tests/conformance/vss_client.h"

#include <curl/curl.h>
#include <gtest/gtest.h>

#include <ostream>
#include <utility>

#include "vss.pb.h"

namespace vss::testing {

struct HttpClient::Impl {
  std::string base;
  std::string ca_file;
  CURL* curl = curl_easy_init();
  ~Impl() { curl_easy_cleanup(curl); }
};

namespace {

std::size_t TakeBody(char* data, std::size_t size, std::size_t count, void* reply) {
  static_cast<Reply*>(reply)->body.append(data, size * count);
  return size * count;
}

std::size_t TakeHeader(char* data, std::size_t size, std::size_t count, void* reply) {
  const std::string line(data, size * count);
  const std::size_t colon = line.find(": ");
  if (colon != std::string::npos) {
    static_cast<Reply*>(reply)->headers[line.substr(0, colon)] =
        line.substr(colon + 2, line.find('\r') - colon - 2);
  }
  return size * count;
}

Outcome OutcomeOf(const Reply& reply) {
  if (reply.status == 200) return kOk;
  ErrorResponse error;
  if (reply.status == 0 || reply.body.empty() || !error.ParseFromString(reply.body)) {
    return {reply.status, -2, reply.body};
  }
  return {reply.status, static_cast<int>(error.error_code()), error.message()};
}

void Fill(KeyValue* item, const Entry& entry) {
  item->set_key(entry.key);
  item->set_version(entry.version);
  item->set_value(entry.value);
}

Entry EntryOf(const KeyValue& item) { return {item.key(), item.version(), item.value()}; }

}  // namespace

HttpClient::HttpClient(std::string base, std::string ca_file) : impl_(std::make_unique<Impl>()) {
  impl_->base = std::move(base);
  impl_->ca_file = std::move(ca_file);
}
HttpClient::~HttpClient() = default;
HttpClient::HttpClient(HttpClient&&) noexcept = default;

Reply HttpClient::Send(const std::string& method, const std::string& path, const std::string& body,
                       const std::vector<std::string>& headers) {
  CURL* const curl = impl_->curl;
  curl_easy_reset(curl);
  Reply reply;
  curl_slist* list = curl_slist_append(nullptr, "Expect:");
  for (const std::string& header : headers) list = curl_slist_append(list, header.c_str());
  const std::string url = impl_->base + path;
  curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method.c_str());
  if (method == "HEAD") curl_easy_setopt(curl, CURLOPT_NOBODY, 1L);
  if (method == "POST" || !body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body.data());
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, list);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, TakeBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, TakeHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &reply);
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, 60L);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  if (!impl_->ca_file.empty()) curl_easy_setopt(curl, CURLOPT_CAINFO, impl_->ca_file.c_str());
  const CURLcode result = curl_easy_perform(curl);
  curl_slist_free_all(list);
  if (result != CURLE_OK) return {0, {}, curl_easy_strerror(result)};
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  reply.status = static_cast<int>(status);
  return reply;
}

std::ostream& operator<<(std::ostream& out, const Outcome& outcome) {
  return out << outcome.status << "/" << outcome.error_code << " " << outcome.message;
}

std::ostream& operator<<(std::ostream& out, const Entry& entry) {
  return out << entry.key << "=" << entry.value << "@" << entry.version;
}

Reply VssClient::Call(const std::string& operation, const std::string& body) {
  Reply reply = http_.Post("/vss/" + operation, body, headers_);
  if (reply.status != 0) {
    EXPECT_EQ(reply.headers["vss-protocol-version"], "0") << operation << ": " << reply.body;
  }
  return reply;
}

Outcome VssClient::Put(std::vector<Entry> puts, std::optional<std::int64_t> global_version,
                       std::vector<Entry> deletes) {
  PutObjectRequest request;
  request.set_store_id(store_id_);
  if (global_version) request.set_global_version(*global_version);
  for (const Entry& entry : puts) Fill(request.add_transaction_items(), entry);
  for (const Entry& entry : deletes) Fill(request.add_delete_items(), entry);
  const Reply reply = Call("putObjects", request.SerializeAsString());
  EXPECT_TRUE(reply.status != 200 || reply.body.empty());
  return OutcomeOf(reply);
}

Outcome VssClient::Get(const std::string& key, Entry* entry) {
  GetObjectRequest request;
  request.set_store_id(store_id_);
  request.set_key(key);
  const Reply reply = Call("getObject", request.SerializeAsString());
  if (reply.status == 200) {
    GetObjectResponse response;
    EXPECT_TRUE(response.ParseFromString(reply.body));
    EXPECT_TRUE(response.has_value()) << "clients take its absence for a fault of the server";
    if (entry != nullptr) *entry = EntryOf(response.value());
  }
  return OutcomeOf(reply);
}

Outcome VssClient::Delete(const std::string& key, std::int64_t version) {
  DeleteObjectRequest request;
  request.set_store_id(store_id_);
  Fill(request.mutable_key_value(), {key, version});
  const Reply reply = Call("deleteObject", request.SerializeAsString());
  EXPECT_TRUE(reply.status != 200 || reply.body.empty());
  return OutcomeOf(reply);
}

Outcome VssClient::List(Listing* listing, std::optional<std::string> prefix,
                        std::optional<std::int32_t> page_size, std::optional<std::string> token) {
  ListKeyVersionsRequest request;
  request.set_store_id(store_id_);
  if (prefix) request.set_key_prefix(*prefix);
  if (page_size) request.set_page_size(*page_size);
  if (token) request.set_page_token(*token);
  const Reply reply = Call("listKeyVersions", request.SerializeAsString());
  *listing = {};
  if (reply.status == 200) {
    ListKeyVersionsResponse response;
    EXPECT_TRUE(response.ParseFromString(reply.body));
    for (const KeyValue& item : response.key_versions()) listing->entries.push_back(EntryOf(item));
    if (response.has_next_page_token()) listing->next = response.next_page_token();
    if (response.has_global_version()) listing->global_version = response.global_version();
    EXPECT_TRUE(response.has_next_page_token());
    EXPECT_EQ(response.has_global_version(), !token.has_value());
  }
  return OutcomeOf(reply);
}

Entry VssClient::MustGet(const std::string& key) {
  Entry entry;
  EXPECT_EQ(Get(key, &entry), kOk) << key;
  EXPECT_EQ(entry.key, key);
  return entry;
}

std::int64_t VssClient::GlobalVersion() { return MustGet("global_version").version; }

std::vector<Listing> VssClient::AllPages(std::optional<std::string> prefix,
                                         std::optional<std::int32_t> page_size) {
  std::vector<Listing> pages;
  std::optional<std::string> token;
  do {
    Listing page;
    const Outcome outcome = List(&page, prefix, page_size, token);
    EXPECT_EQ(outcome, kOk);
    if (!(outcome == kOk)) break;
    token = page.next;
    pages.push_back(std::move(page));
  } while (token && !token->empty() && pages.size() < 20'000);
  return pages;
}

}  // namespace vss::testing
