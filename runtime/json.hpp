// Whole JSON documents to values, for what conditions ask of nested or quoted JSON and for the embedding API.
// The forward pass over records is record_decoder.hpp; this one validates everything it reads (RFC 8259).
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "runtime/arena.hpp"
#include "shrike/error.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// Decodes JSON text. Holds buffers that are reused; one per engine, not thread safe.
class JsonDecoder {
 public:
  explicit JsonDecoder(std::size_t max_depth = 256);
  ~JsonDecoder();
  JsonDecoder(JsonDecoder&&) noexcept;
  JsonDecoder& operator=(JsonDecoder&&) noexcept;

  /// Decodes one document of any kind; the text needs no padding. Objects become maps in the order written,
  /// repeated names kept (find() takes the last); integers that fit 64 bits signed are kInt, other numbers
  /// kFloat, or missing when no double is that large; null is missing; half of a surrogate pair is U+FFFD.
  /// Containers nest at most `max_depth` deep. The result lives in the arena. Errors: kFormat (not JSON),
  /// kLimit (too deep, arena exhausted).
  Expected<Value> decode(std::string_view text, Arena& arena);

  /// The same where bad JSON is simply a missing value, as json(x) of the language wants.
  Value decode_or_missing(std::string_view text, Arena& arena);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// JSON text of a value: what text() gives for lists and maps, and what alerts carry. Always valid UTF-8:
/// broken bytes become U+FFFD. Addresses and networks are RFC 5952 text, times RFC 3339 in UTC, durations as
/// the language writes them ("90m"), places objects with `latitude` and `longitude`; missing is null; members
/// of maps stand as the map has them, repeated names included.
void append_json(std::string& out, const Value& value);

/// A string in quotes, escaped as above.
void append_json_string(std::string& out, std::string_view text);

}  // namespace shrike
