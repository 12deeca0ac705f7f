#include "server/http/client_address.h"

#include <gtest/gtest.h>

namespace vss::server {
namespace {

IpAddress Address(std::string_view text) { return IpAddress::Parse(text).value(); }

TEST(IpAddress, IsWrittenAsItIsRead) {
  for (const char* text : {"192.0.2.1", "0.0.0.0", "2001:db8::1", "::1", "fe80::1"}) {
    EXPECT_EQ(Address(text).ToString(), text);
  }
  EXPECT_EQ(Address("::ffff:192.0.2.1").ToString(), "192.0.2.1");
  for (const char* text :
       {"", "192.0.2", "192.0.2.256", "192.0.2.1 ", "::1::", "host", "1.2.3.4:5"}) {
    EXPECT_FALSE(IpAddress::Parse(text)) << text;
  }
}

TEST(IpAddress, AHouseholdIsAnIpv4AddressOrAnIpv6Network) {
  EXPECT_EQ(Address("2001:db8:1:2:3:4:5:6").Household(), Address("2001:db8:1:2::"));
  EXPECT_NE(Address("2001:db8:1:2::1").Household(), Address("2001:db8:1:3::1").Household());
  EXPECT_EQ(Address("192.0.2.1").Household(), Address("192.0.2.1"));
}

TEST(IpNetwork, ContainsItsAddresses) {
  struct Row {
    const char* network;
    const char* address;
    bool is_in;
  };
  for (const Row& row : {
           Row{"10.0.0.0/8", "10.255.0.1", true},
           Row{"10.0.0.0/8", "11.0.0.1", false},
           Row{"192.0.2.128/25", "192.0.2.128", true},
           Row{"192.0.2.128/25", "192.0.2.127", false},
           Row{"192.0.2.1", "192.0.2.1", true},
           Row{"192.0.2.1", "192.0.2.2", false},
           Row{"0.0.0.0/0", "203.0.113.9", true},
           Row{"0.0.0.0/0", "2001:db8::1", false},
           Row{"2001:db8::/33", "2001:db8:7fff::1", true},
           Row{"2001:db8::/33", "2001:db8:8000::1", false},
           Row{"10.0.0.0/8", "::ffff:10.1.2.3", true},
       }) {
    EXPECT_EQ(IpNetwork::Parse(row.network)->Contains(Address(row.address)), row.is_in)
        << row.network << " " << row.address;
  }
  for (const char* text :
       {"", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host/8"}) {
    EXPECT_FALSE(IpNetwork::Parse(text)) << text;
  }
}

// Each proxy writes down whom it was called by, at the end; what stands before could be invented.
TEST(TrustedProxies, FindTheClient) {
  const TrustedProxies proxies({*IpNetwork::Parse("10.0.0.0/8"), *IpNetwork::Parse("fd00::/8")});
  struct Row {
    std::vector<std::string_view> forwarded;
    const char* client;
  };
  for (const Row& row : {
           Row{{}, "10.0.0.1"},
           Row{{""}, "10.0.0.1"},
           Row{{"203.0.113.9"}, "203.0.113.9"},
           Row{{"198.51.100.7, 203.0.113.9"}, "203.0.113.9"},
           Row{{"198.51.100.7", "203.0.113.9"}, "203.0.113.9"},
           Row{{"203.0.113.9, 10.0.0.2"}, "203.0.113.9"},
           Row{{"203.0.113.9,10.0.0.2", "fd00::2"}, "203.0.113.9"},
           Row{{"10.0.0.3, 10.0.0.2"}, "10.0.0.3"},
           Row{{"203.0.113.9, unknown"}, "10.0.0.1"},
           Row{{"203.0.113.9, unknown, 10.0.0.2"}, "10.0.0.2"},
           Row{{"203.0.113.9:4711"}, "203.0.113.9"},
           Row{{"2001:db8::9"}, "2001:db8::9"},
           Row{{"[2001:db8::9]:4711"}, "2001:db8::9"},
           Row{{"[2001:db8::9"}, "10.0.0.1"},
           Row{{"[]"}, "10.0.0.1"},
       }) {
    EXPECT_EQ(proxies.ClientOf(Address("10.0.0.1"), row.forwarded).ToString(), row.client)
        << (row.forwarded.empty() ? "" : row.forwarded.front());
  }
  EXPECT_TRUE(proxies.Contains(Address("fd00::1")));
  EXPECT_FALSE(proxies.Contains(Address("203.0.113.9")));
  EXPECT_FALSE(TrustedProxies().Contains(Address("10.0.0.1")));
}

}  // namespace
}  // namespace vss::server
