// What the image for a Cortex-M4 needs of its machine.
#ifndef VSS_TESTS_SIGNER_FIRMWARE_H_
#define VSS_TESTS_SIGNER_FIRMWARE_H_

#include <cstddef>

namespace firmware {

void Print(const char* text);
[[noreturn]] void Exit(int code);

// How much of the stack has ever been used.
std::size_t StackBytesUsed();

}  // namespace firmware

int main();

#endif  // VSS_TESTS_SIGNER_FIRMWARE_H_
