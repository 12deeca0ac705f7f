// Who is calling: making a proof, checking it, recognising it.  And sealing, on the wallet's side.
#include <benchmark/benchmark.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/caching_authorizer.h"
#include "auth/jwt.h"
#include "auth/signature.h"
#include "auth/test_keys.h"
#include "base/clock.h"
#include "base/entropy.h"
#include "crypto/secp256k1.h"
#include "vss/sealer.h"

namespace vss {
namespace {

constexpr auth::UnixSeconds kNow = 1'700'000'000;

auth::SignatureCredentials Signer() {
  crypto::Secret<32> secret;
  secret.Writable()[31] = 1;
  SystemEntropy entropy;
  return auth::SignatureCredentials(*crypto::SigningKey::Make(std::move(secret), entropy));
}

void SignProof(benchmark::State& state) {
  const auth::SignatureCredentials signer = Signer();
  for (auto _ : state) benchmark::DoNotOptimize(signer.HeaderAt(kNow));
}
BENCHMARK(SignProof);

void VerifySignature(benchmark::State& state) {
  const std::string header = Signer().HeaderAt(kNow);
  const auth::SignatureScheme scheme;
  for (auto _ : state) benchmark::DoNotOptimize(scheme.Verify(header, kNow));
}
BENCHMARK(VerifySignature);

void VerifyJwt(benchmark::State& state) {
  std::vector<crypto::RsaPublicKey> keys;
  keys.push_back(auth::PublicKeyOf("public-2048.pem"));
  const auth::JwtScheme scheme(std::move(keys));
  const std::string header = "Bearer " + auth::SignJwt(auth::PrivateKeyOf("private-2048.pem"),
                                                       R"({"sub":"alice","exp":4102444800})");
  for (auto _ : state) benchmark::DoNotOptimize(scheme.Verify(header, kNow));
}
BENCHMARK(VerifyJwt);

void RecognizeSignature(benchmark::State& state) {
  const SystemClock clock;
  const auto now = static_cast<auth::UnixSeconds>(
      std::chrono::duration_cast<std::chrono::seconds>(clock.Wall().time_since_epoch()).count());
  const std::string header = Signer().HeaderAt(now);
  auth::CachingAuthorizer authorizer(std::make_unique<auth::SignatureScheme>(), clock);
  static_cast<void>(authorizer.Identify(header));
  for (auto _ : state) benchmark::DoNotOptimize(authorizer.Recognize(header));
}
BENCHMARK(RecognizeSignature);

void SealValue(benchmark::State& state) {
  SystemEntropy entropy;
  const seal::Sealer sealer(Secret<32>(), entropy);
  const std::string value(static_cast<std::size_t>(state.range(0)), 'v');
  for (auto _ : state) benchmark::DoNotOptimize(sealer.Seal(value, 1, "key"));
}
BENCHMARK(SealValue)->ArgName("bytes")->Arg(256)->Arg(65536);

void OpenValue(benchmark::State& state) {
  SystemEntropy entropy;
  const seal::Sealer sealer(Secret<32>(), entropy);
  const std::string sealed =
      sealer.Seal(std::string(static_cast<std::size_t>(state.range(0)), 'v'), 1, "key");
  for (auto _ : state) benchmark::DoNotOptimize(sealer.Open(sealed, "key"));
}
BENCHMARK(OpenValue)->ArgName("bytes")->Arg(256)->Arg(65536);

}  // namespace
}  // namespace vss
