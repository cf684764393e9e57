// Whole documents: one copy of the text into the arena, one scan, one pass over the tokens.
// How values become JSON text again is in json_text.cpp.
#include "runtime/json.hpp"

#include "runtime/json_builder.hpp"
#include "runtime/json_tokens.hpp"

namespace shrike {

struct JsonDecoder::State {
  std::size_t max_depth;
  JsonScanner scanner;
  JsonBuilder builder;

  Expected<Value> decode(std::string_view text, Arena& arena) {
    const std::string_view copy = arena.copy(text);
    if (copy.data() == nullptr)
      return fail(ErrorCode::kLimit, "the JSON text needs more memory than one event may use");
    switch (scanner.scan(copy)) {
      case ScanResult::kDone:
        break;
      case ScanResult::kBadEncoding:
        return fail(ErrorCode::kFormat, "the JSON text is not UTF-8");
      case ScanResult::kBadText:
        return fail(ErrorCode::kFormat, "a string in the JSON text has no end or holds a control character");
      case ScanResult::kEmpty:
        return fail(ErrorCode::kFormat, "the JSON text is empty");
      case ScanResult::kTooLarge:
        return fail(ErrorCode::kLimit, "the JSON text is too large");
    }
    const JsonTokens& tokens = scanner.tokens();
    std::uint32_t token = 0;
    Value value;
    switch (builder.build(tokens, token, max_depth, arena, value)) {
      case BuildResult::kDone:
        break;
      case BuildResult::kTooDeep:
        return fail(ErrorCode::kLimit, "the JSON text is nested too deep");
      case BuildResult::kNoRoom:
        return fail(ErrorCode::kLimit, "the JSON text needs more memory than one event may use");
      case BuildResult::kMalformed:
        return fail(ErrorCode::kFormat,
                    "the text is not JSON near byte " + std::to_string(place(tokens, token)));
    }
    if (token != tokens.count) {
      return fail(ErrorCode::kFormat,
                  "something follows the JSON value at byte " + std::to_string(place(tokens, token)));
    }
    return value;
  }

  static std::uint32_t place(const JsonTokens& tokens, std::uint32_t token) {
    return tokens.at[token < tokens.count ? token : tokens.count];
  }
};

JsonDecoder::JsonDecoder(std::size_t max_depth) : state_(new State{max_depth, {}, {}}) {}
JsonDecoder::~JsonDecoder() = default;
JsonDecoder::JsonDecoder(JsonDecoder&&) noexcept = default;
JsonDecoder& JsonDecoder::operator=(JsonDecoder&&) noexcept = default;

Expected<Value> JsonDecoder::decode(std::string_view text, Arena& arena) {
  return state_->decode(text, arena);
}

Value JsonDecoder::decode_or_missing(std::string_view text, Arena& arena) {
  return state_->decode(text, arena).value_or(Value{});
}

}  // namespace shrike
