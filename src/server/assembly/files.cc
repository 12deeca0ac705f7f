#include "server/assembly/files.h"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/file_access.h"

namespace vss::server {

Result<std::string> ReadTextFile(const std::string& path) {
  constexpr std::size_t kBytesMax = std::size_t{1} << 20;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    const int error = errno;
    VSS_RETURN_IF_FAILED(CheckReadable(path));
    return Invalid("cannot read " + path + ": " + std::strerror(error));
  }
  std::string text(kBytesMax + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad()) return Invalid("cannot read " + path);
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > kBytesMax) return Invalid(path + " is larger than 1MiB");
  return text;
}

Result<std::string> ReadPem(const std::string& setting) {
  if (setting.find("-----BEGIN ") != std::string::npos) return setting;
  return ReadTextFile(setting);
}

}  // namespace vss::server
