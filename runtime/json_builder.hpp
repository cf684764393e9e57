// Tokens of JSON to values in an arena, with everything checked that RFC 8259 asks. Used for whole documents
// (json.hpp) and for the parts of a record that a rule wants as they are (record_decoder.hpp).
#pragma once

#include <cstdint>
#include <vector>

#include "runtime/json_tokens.hpp"
#include "shrike/value.hpp"

namespace shrike {

class Arena;

enum class BuildResult : std::uint8_t { kDone, kMalformed, kTooDeep, kNoRoom };

/// Keeps working memory between calls; not thread safe.
class JsonBuilder {
 public:
  /// Builds the value that begins at `token` and moves `token` past it. Strings without escapes are views
  /// into the text, the rest lives in the arena. Containers may nest `max_depth` deep. On failure `value` is
  /// missing.
  BuildResult build(const JsonTokens& tokens, std::uint32_t& token, std::size_t max_depth, Arena& arena,
                    Value& value);

 private:
  struct Open {
    bool object;
    std::size_t first;  ///< its first element in done_
  };

  BuildResult run(const JsonTokens& scanned, std::uint32_t& place, std::size_t max_depth, Arena& arena);
  bool close(Arena& arena);

  std::vector<Open> open_;
  std::vector<Value> done_;  ///< elements of the open containers; names and values alternate for objects
};

}  // namespace shrike
