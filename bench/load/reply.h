// The part of HTTP/1.1 that answers of a VSS server need.
#ifndef VSS_BENCH_LOAD_REPLY_H_
#define VSS_BENCH_LOAD_REPLY_H_

#include <cstddef>
#include <string_view>

namespace vss::bench {

struct ReplyHead {
  enum class Kind { kComplete, kPartial, kBad };

  Kind kind = Kind::kPartial;
  int status = 0;
  std::size_t head_size = 0;
  std::size_t body_size = 0;
  bool closes = false;  // The server will close the connection.
};

// What `bytes` begin with.  Bodies are announced by Content-Length: VSS servers do nothing else.
ReplyHead ParseReplyHead(std::string_view bytes);

}  // namespace vss::bench

#endif  // VSS_BENCH_LOAD_REPLY_H_
