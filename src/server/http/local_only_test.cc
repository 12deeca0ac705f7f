#include "server/http/local_only.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace vss::server {
namespace {

using Field = std::optional<std::string>;

class Head final : public RequestHead {
 public:
  Head(Field host, Field origin) : host_(std::move(host)), origin_(std::move(origin)) {}
  std::string_view Method() const override { return "POST"; }
  std::string_view Path() const override { return "/"; }
  std::optional<std::string_view> Header(std::string_view name) const override {
    const Field& field = name == "host" ? host_ : origin_;
    if (!field) return std::nullopt;
    return *field;
  }
  std::optional<std::uint64_t> ContentLength() const override { return std::nullopt; }
  std::string_view ClientAddress() const override { return "127.0.0.1"; }

 private:
  const Field host_;
  const Field origin_;
};

TEST(LocalOnly, KnowsTheNamesOfThisMachine) {
  for (const char* host :
       {"localhost", "LocalHost:8080", "127.0.0.1", "127.1.2.3:80", "[::1]", "[::1]:8080"}) {
    EXPECT_TRUE(IsLocalHost(host)) << host;
  }
  for (const char* host : {"", "rebind.example", "rebind.example:8080", "127.0.0.1.example",
                           "localhost.example", "10.0.0.1", "[::2]:80", ":80", "[", "::1x"}) {
    EXPECT_FALSE(IsLocalHost(host)) << host;
  }
}

TEST(LocalOnly, AdmitsNoWebPageButThoseAllowed) {
  const LocalOnly nobody;
  EXPECT_TRUE(nobody.Admits(Head({}, {})));
  EXPECT_TRUE(nobody.Admits(Head("127.0.0.1:8080", {})));
  EXPECT_FALSE(nobody.Admits(Head("rebind.example", {})));
  EXPECT_FALSE(nobody.Admits(Head("localhost", "https://evil.example")));
  EXPECT_FALSE(nobody.Admits(Head({}, "null")));

  const LocalOnly one({"https://wallet.example"});
  EXPECT_TRUE(one.Admits(Head({}, "https://wallet.example")));
  EXPECT_FALSE(one.Admits(Head({}, "https://evil.example")));
  EXPECT_FALSE(one.Admits(Head("x.example", "https://wallet.example")));
  EXPECT_TRUE(LocalOnly({"*"}).Admits(Head({}, "https://evil.example")));
}

}  // namespace
}  // namespace vss::server
