// Everything that can be configured, with its default.  settings.h names each one for files and the
// environment; docs/configuration.md is made from there.
#ifndef VSS_SERVER_CONFIG_CONFIG_H_
#define VSS_SERVER_CONFIG_CONFIG_H_

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace vss::server {

using Milliseconds = std::chrono::milliseconds;

// A number of bytes; in text also with KiB, MiB, GiB or TiB.
struct ByteCount {
  std::uint64_t bytes = 0;
  // A false alarm: NOLINTNEXTLINE(modernize-use-nullptr)
  auto operator<=>(const ByteCount&) const = default;
};

constexpr ByteCount operator""_KiB(unsigned long long n) { return {n << 10}; }
constexpr ByteCount operator""_MiB(unsigned long long n) { return {n << 20}; }
constexpr ByteCount operator""_GiB(unsigned long long n) { return {n << 30}; }

struct Config {
  struct Server {
    std::vector<std::string> listen = {"127.0.0.1:8080"};
    std::string tls_certificate;
    std::string tls_key;
    std::uint64_t threads = 0;
    std::vector<std::string> trusted_proxies;
    std::vector<std::string> cors_origins;
    Milliseconds request_timeout = std::chrono::seconds(30);
    Milliseconds shutdown_grace = std::chrono::seconds(20);
  } server;

  // Signers' dialect.  Off unless it listens.
  struct Lss {
    std::vector<std::string> listen;
    std::string tls_certificate;
    std::string tls_key;
    std::string tls_client_authority;
    bool allow_plaintext = false;
    std::string server_key_folder;
    bool accept_new_server_key = false;
    bool any_nonce = false;
    bool refuse_unsafe_nonces = false;
    ByteCount request_bytes_max = 4_MiB;
    ByteCount reply_bytes_max = 4_MiB;
    ByteCount bytes_in_flight_max = 512_MiB;
    std::uint64_t connections_max = 2'000;
    std::uint64_t connections_per_address_max = 100;
    std::uint64_t calls_per_connection_max = 16;
    Milliseconds connection_age_max = std::chrono::hours(4);
    Milliseconds idle_timeout = std::chrono::minutes(30);
    Milliseconds keep_alive_interval = std::chrono::minutes(1);
    std::uint64_t cached_clients_max = 100'000;
  } lss;

  struct Admin {
    std::string listen = "127.0.0.1:8081";
  } admin;

  struct Auth {
    std::vector<std::string> schemes = {"signature"};
    std::vector<std::string> jwt_public_keys;
    std::uint64_t cached_proofs_max = 100'000;
  } auth;

  struct Store {
    std::string kind = "sqlite";
    std::uint64_t queue_requests_max = 4096;

    struct Sqlite {
      std::string path = "vss.db";
      std::uint64_t read_lanes = 2;
      std::string check_on_open = "unclean";
    } sqlite;

    struct Postgres {
      std::string hosts = "127.0.0.1:5432";
      std::string user = "postgres";
      std::string password;
      std::string password_file;
      std::string default_database = "postgres";
      std::string database = "vss";
      std::string tls = "auto";
      std::string tls_root_certificate;
      std::uint64_t commit_lanes = 2;
      std::uint64_t read_lanes = 3;
      bool prepared_statements = true;
      bool allow_newer_schema = false;
      Milliseconds connect_timeout = std::chrono::seconds(5);
      Milliseconds statement_timeout = std::chrono::seconds(20);
    } postgres;
  } store;

  struct Limits {
    std::uint64_t connections_max = 20'000;
    std::uint64_t connections_per_address_max = 1'000;
    ByteCount head_bytes_max = 64_KiB;
    ByteCount body_bytes_max = 1_GiB;
    ByteCount bytes_in_flight_max = 3_GiB;
    Milliseconds head_timeout = std::chrono::seconds(15);
    Milliseconds body_progress_timeout = std::chrono::seconds(30);
    Milliseconds write_progress_timeout = std::chrono::seconds(30);
    ByteCount progress_bytes_per_second_min = 8_KiB;
    Milliseconds idle_timeout = std::chrono::seconds(75);
    std::uint64_t tenant_requests_per_second = 200;
    std::uint64_t tenant_requests_burst = 2'000;
    ByteCount tenant_bytes_per_second = 16_MiB;
    ByteCount tenant_bytes_burst = 256_MiB;
    std::uint64_t address_requests_per_second = 2'000;
    std::uint64_t address_requests_burst = 20'000;
    ByteCount address_bytes_per_second = 128_MiB;
    ByteCount address_bytes_burst = 2_GiB;
    // 100 a second, which cost half a percent of a core.  Fewer would let one phone whose clock is
    // wrong shut out the others behind the same address.
    std::uint64_t address_failed_authentications_per_minute = 6'000;
    std::uint64_t address_new_tenants_per_hour = 1'000;
  } limits;

  struct Quota {
    ByteCount bytes_max = 1_GiB;
    std::uint64_t keys_max = 1'000'000;
    std::uint64_t stores_max = 1'000;
    ByteCount value_bytes_max = {0};
  } quota;

  struct Log {
    std::string level = "info";
    std::string format = "text";
    std::string file;
    bool standard_error = false;
  } log;
};

}  // namespace vss::server

#endif  // VSS_SERVER_CONFIG_CONFIG_H_
