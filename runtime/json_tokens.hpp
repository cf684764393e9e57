// The tokens of a JSON text: where they begin (simdjson's first stage finds that, and checks UTF-8, quotes
// and control characters in strings) and how one string, number or word is read. All that depends on simdjson
// is behind JsonScanner. Read next: json_builder.hpp (tokens to values), record_decoder.cpp (tokens of a
// record to notes).
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "shrike/value.hpp"

namespace shrike {

class Arena;

/// A view of scanned text. Token i begins at text[at[i]]: one of { } [ ] : , or the first character of a
/// string, number or word. at[count] and at[count + 1] are the size of the text.
struct JsonTokens {
  std::string_view text;
  const std::uint32_t* at = nullptr;
  std::uint32_t count = 0;

  char operator[](std::uint32_t token) const { return text[at[token]]; }
};

enum class ScanResult : std::uint8_t {
  kDone,
  kBadEncoding,  ///< not UTF-8
  kBadText,      ///< a string without end, a control character in a string
  kEmpty,        ///< blanks only
  kTooLarge,     ///< 4 GiB or more, or no memory for it
};

/// Finds tokens. Keeps its buffer (about four bytes for each of the largest text); not thread safe.
class JsonScanner {
 public:
  JsonScanner();
  ~JsonScanner();
  JsonScanner(JsonScanner&&) noexcept;
  JsonScanner& operator=(JsonScanner&&) noexcept;

  /// The text needs no padding. tokens() is valid until the next scan and while the text is alive.
  ScanResult scan(std::string_view text);
  const JsonTokens& tokens() const { return tokens_; }

 private:
  struct Stage;
  std::unique_ptr<Stage> stage_;
  JsonTokens tokens_;
};

/// What a token is by its first character.
enum class JsonClass : std::uint8_t {
  kBad,
  kString,
  kPlain,
  kOpenObject,
  kCloseObject,
  kOpenArray,
  kCloseArray,
  kColon,
  kComma
};

inline constexpr std::array<JsonClass, 256> kJsonClasses = [] {
  std::array<JsonClass, 256> classes{};
  for (unsigned c = '0'; c <= '9'; ++c) classes[c] = JsonClass::kPlain;
  for (unsigned c = 'a'; c <= 'z'; ++c) classes[c] = classes[c - 0x20] = JsonClass::kPlain;
  classes['-'] = JsonClass::kPlain;
  classes['"'] = JsonClass::kString;
  classes['{'] = JsonClass::kOpenObject;
  classes['}'] = JsonClass::kCloseObject;
  classes['['] = JsonClass::kOpenArray;
  classes[']'] = JsonClass::kCloseArray;
  classes[':'] = JsonClass::kColon;
  classes[','] = JsonClass::kComma;
  return classes;
}();

inline JsonClass json_class(char c) { return kJsonClasses[static_cast<unsigned char>(c)]; }

inline bool is_json_blank(char c) {
  return static_cast<unsigned char>(c) <= ' ' && (c == ' ' || c == '\n' || c == '\r' || c == '\t');
}

/// The text of a string (with its quotes), number or word: up to the next token, without the blanks before
/// that.
inline std::string_view token_text(const JsonTokens& tokens, std::uint32_t token) {
  const std::uint32_t begin = tokens.at[token];
  std::uint32_t end = tokens.at[token + 1];
  while (end > begin && is_json_blank(tokens.text[end - 1])) --end;
  return tokens.text.substr(begin, end - begin);
}

/// What stands between the quotes of a string token, escapes as written. Nothing when the closing quote is
/// not where it must be.
inline std::optional<std::string_view> string_body(std::string_view token) {
  if (token.size() < 2 || token.back() != '"') return std::nullopt;
  return token.substr(1, token.size() - 2);
}

/// What one look over the body of a string tells.
struct BodyFacts {
  bool escapes = false;  ///< holds a backslash
  bool ascii = true;     ///< holds no byte above 0x7F
};
BodyFacts look_over(std::string_view body);

/// Resolves the escapes of a string body into `to`, which has room for body.size() bytes (never more are
/// needed). Half of a surrogate pair becomes U+FFFD. Returns the number of bytes, nothing when an escape is
/// malformed.
std::optional<std::size_t> unescape(std::string_view body, char* to);

/// The value of a string token: a view into the token when it has no escapes, else a copy in the arena with
/// `padding` readable bytes behind it. False when it is malformed or the arena is exhausted.
bool read_string(std::string_view token, Arena& arena, Value& value, std::size_t padding = 0);

/// The value of a token that is a number, true, false or null (missing). An integer that fits 64 bits signed
/// is kInt, any other number kFloat, or missing when no double is that large. False when it is none of these.
bool read_plain(std::string_view token, Value& value);

/// Whether read_plain would take it, without converting.
bool is_plain(std::string_view token);

}  // namespace shrike
