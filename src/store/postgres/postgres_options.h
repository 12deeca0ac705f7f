// How to reach a PostgreSQL database, and what to ask of it.
#ifndef VSS_STORE_POSTGRES_POSTGRES_OPTIONS_H_
#define VSS_STORE_POSTGRES_POSTGRES_OPTIONS_H_

#include <chrono>
#include <cstddef>
#include <string>

#include "base/lane.h"

namespace vss::store {

struct PostgresOptions {
  enum class Tls {
    kOff,
    kRequire,     // Encrypted; whoever answers is believed.
    kVerifyCa,    // The server's certificate must be signed by a trusted root.
    kVerifyFull,  // And be made out to the host's name.
  };

  // `host:port`, several separated by commas: whichever accepts writes is used.  Without a port it
  // is 5432; an IPv6 address stands in brackets; a path is the directory of a socket.
  std::string hosts = "127.0.0.1:5432";
  std::string user = "postgres";
  std::string password = {};
  std::string default_database = "postgres";  // Where `vss_database` is created from, if missing.
                                              // Empty: it must exist.
  std::string vss_database = "vss";

  Tls tls = Tls::kOff;
  std::string root_certificate = {};  // PEM text or the path of a file; empty: the system's roots.

  std::size_t commit_lanes = 4;  // One connection each.
  std::size_t read_lanes = 3;    // The same; half of them for gets, the rest for lists.
  LaneLimits lane_limits = {};

  std::chrono::milliseconds connect_timeout{5000};     // Per host.
  std::chrono::milliseconds statement_timeout{15000};  // For anything but migrations.
  std::chrono::milliseconds settle_timeout{10000};     // To find out whether a commit whose answer
                                                       // was lost has happened.

  // Off for a pooler in transaction mode: nothing is then kept in a session, at the cost of
  // planning every statement anew.
  bool prepared_statements = true;

  // Count what each tenant uses, in the commits' own transactions.  Without it a batch under a
  // limited allowance is a bug of the caller's.
  bool track_usage = false;

  // Open a database whose `db_version` is above the one known here.
  bool allow_newer_schema = false;
};

}  // namespace vss::store

#endif  // VSS_STORE_POSTGRES_POSTGRES_OPTIONS_H_
