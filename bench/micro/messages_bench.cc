// What a request costs before and after the store: bytes to request, request to batch, answer.
#include <benchmark/benchmark.h>

#include <string>

#include "bench/load/message.h"
#include "vss_api/codec.h"
#include "vss_api/rules.h"

namespace vss {
namespace {

std::string Put(std::int64_t items, std::int64_t value_bytes) {
  std::string body;
  bench::AppendText(body, bench::kStoreField, "store");
  for (std::int64_t i = 0; i < items; ++i) {
    bench::AppendItem(body, bench::kWriteField, "a key of a wallet, number " + std::to_string(i), 1,
                      std::string(static_cast<std::size_t>(value_bytes), 'v'));
  }
  return body;
}

void DecodePut(benchmark::State& state) {
  const std::string body = Put(state.range(0), state.range(1));
  for (auto _ : state) benchmark::DoNotOptimize(vss_api::DecodePutRequest(body));
}
BENCHMARK(DecodePut)
    ->ArgNames({"items", "bytes"})
    ->Args({1, 256})
    ->Args({1, 65536})
    ->Args({1000, 256});

void LowerPut(benchmark::State& state) {
  const auto request = vss_api::DecodePutRequest(Put(state.range(0), state.range(1)));
  const Space space{"tenant", "store"};
  for (auto _ : state) benchmark::DoNotOptimize(vss_api::LowerPut(space, *request, {}));
}
BENCHMARK(LowerPut)->ArgNames({"items", "bytes"})->Args({1, 256})->Args({1000, 256});

void EncodeGet(benchmark::State& state) {
  const Record record{"a key of a wallet", 7,
                      std::string(static_cast<std::size_t>(state.range(0)), 'v')};
  for (auto _ : state) benchmark::DoNotOptimize(vss_api::EncodeGetResponse(record));
}
BENCHMARK(EncodeGet)->ArgName("bytes")->Arg(256)->Arg(65536);

}  // namespace
}  // namespace vss
