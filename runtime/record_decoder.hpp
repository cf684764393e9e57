// The forward pass: one walk over the tokens of a record (found by simdjson's first stage) that notes where
// the wanted paths are, and nothing else. Values are made from the notes when a rule first asks. Read next:
// json_tokens.hpp, path_trie.hpp.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/arena.hpp"
#include "runtime/json.hpp"
#include "shrike/error.hpp"
#include "shrike/reader.hpp"
#include "shrike/value.hpp"

namespace shrike {

/// A path of member names from the root of a record, `raw.status.errorCode` being {"status", "errorCode"};
/// the empty path is the whole record. Paths stop before `[…]`. A name matches exactly first, then without
/// regard to case (Unicode simple folding); the last of repeated names counts (an exact one beats any other
/// spelling, wherever it stands).
using RawPath = std::vector<std::string>;

/// Finds the wanted paths of records. Built once per engine from the paths that the loaded rules need. Not
/// thread safe.
class RecordDecoder {
 public:
  RecordDecoder(std::span<const RawPath> paths, const ReadLimits& limits);
  ~RecordDecoder();
  RecordDecoder(RecordDecoder&&) noexcept;
  RecordDecoder& operator=(RecordDecoder&&) noexcept;

  /// Walks one record (a JSON object followed by kRecordPadding readable bytes). Checked everywhere: UTF-8,
  /// the ends of strings, control characters in them, brackets, commas, colons, nesting, nothing behind the
  /// object. Checked where a path wants the value, alone or as part of a whole: that a number, true, false or
  /// null is spelled right; elsewhere any run of letters, digits and signs passes (NaN, 01). Not checked
  /// here: escapes in strings; a malformed one makes value() missing, and a key that has one is nobody's. The
  /// record must stay alive until the last value() of it. After an error nothing stands anywhere, and
  /// reject_reason() names why: kBadJson, kBadEncoding, kTooDeep, kTooLarge.
  Expected<void> decode(std::string_view padded_record);
  RejectReason reject_reason() const;

  /// What stands at paths[index] of the record decoded last; missing when absent or null. Made on the first
  /// call and kept until the next decode() (the arena must not be reset in between). Strings without escapes
  /// are views into the record; behind any string that is itself the value kRecordPadding bytes are readable,
  /// so that a quoted record can be handed to a second decoder.
  Value value(std::size_t index, Arena& arena);

  /// Whether something other than null stands there; never parses.
  bool has(std::size_t index) const;

  /// The JSON text at a path as it stands in the record, empty when absent: what an unwrap hands on.
  std::string_view text(std::size_t index) const;

  /// If the root object's "value" or "records" is an array (for wrapped lists): its text, else empty.
  std::string_view wrapped_list() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shrike
