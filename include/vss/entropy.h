// Bytes that nobody can guess, passed in by whoever builds an object so that tests can own them.
#ifndef VSS_ENTROPY_H_
#define VSS_ENTROPY_H_

#include <cstdint>
#include <span>

namespace vss {

// Threads: every method, any thread.
class Entropy {
 public:
  virtual ~Entropy() = default;
  virtual void Fill(std::span<std::uint8_t> bytes) = 0;
};

// From the kernel.  Waits, once after the machine has started, until there is enough of it.
class SystemEntropy final : public Entropy {
 public:
  void Fill(std::span<std::uint8_t> bytes) override;
};

}  // namespace vss

#endif  // VSS_ENTROPY_H_
