// Start, output and end on a bare Cortex-M4.  Semihosting is how a debugger, or QEMU, prints for a
// machine that has nothing to print with.

#include "firmware.h"

#include <cstdint>

// From image.ld.
extern "C" {
extern std::uint32_t data_load_begin;
extern std::uint32_t data_begin;
extern std::uint32_t data_end;
extern std::uint32_t bss_end;
extern std::uint32_t stack_top;

[[noreturn]] void Reset();
[[noreturn]] void Fault();
}

namespace {

// Not four times the same byte: that would become a call of memset, which paints over its own
// frame.
constexpr std::uint32_t kUnused = 0x5AFE57AC;

// The stack lies between the data and its top, and grows downwards.
std::uint32_t* StackEnd() { return &bss_end; }

std::uintptr_t CallDebugger(int operation, const void* argument) {
  register int r0 asm("r0") = operation;
  register const void* r1 asm("r1") = argument;
  asm volatile("bkpt 0xAB" : "+r"(r0) : "r"(r1) : "memory");
  return static_cast<std::uintptr_t>(r0);
}

}  // namespace

namespace firmware {

void Print(const char* text) {
  constexpr int kWriteText = 0x04;
  CallDebugger(kWriteText, text);
}

void Exit(int code) {
  constexpr int kExit = 0x20;
  constexpr std::uint32_t kApplicationExit = 0x20026;
  const std::uint32_t arguments[] = {kApplicationExit, static_cast<std::uint32_t>(code)};
  while (true) CallDebugger(kExit, arguments);
}

std::size_t StackBytesUsed() {
  const std::uint32_t* word = StackEnd();
  while (*word == kUnused) ++word;
  return static_cast<std::size_t>(&stack_top - word) * sizeof *word;
}

}  // namespace firmware

void Reset() {
  const std::uint32_t* from = &data_load_begin;
  std::uint32_t* to = &data_begin;
  while (to != &data_end) *to++ = *from++;
  while (to != &bss_end) *to++ = 0;
  const std::uint32_t* here = nullptr;
  asm volatile("mov %0, sp" : "=r"(here));
  for (std::uint32_t* word = StackEnd(); word < here; ++word) *word = kUnused;
  firmware::Exit(main());
}

void Fault() {
  firmware::Print("fault\n");
  firmware::Exit(2);
}

// What the processor reads first: where the stack begins, where the program does, and where to go
// when it went wrong.
extern "C" __attribute__((section(".vectors"), used)) const void* const vectors[] = {
    &stack_top,
    reinterpret_cast<const void*>(&Reset),
    reinterpret_cast<const void*>(&Fault),
    reinterpret_cast<const void*>(&Fault),
};
