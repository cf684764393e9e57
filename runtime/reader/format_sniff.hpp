// What form a text has, told from its beginning: JSON in some form, CSV, or something that holds no records.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "runtime/reader/record_output.hpp"
#include "shrike/reader.hpp"

namespace shrike::reader {

struct TextForm {
  enum class Kind {
    kJson,     ///< JSON, or text in which JSON records may be
    kCsv,      ///< with a header row at `start`
    kForeign,  ///< nothing to read records from; `what` says what it is
  };
  Kind kind = Kind::kJson;
  TextPlace start;
  char delimiter = ',';
  std::string what;
  RejectReason reason = RejectReason::kBadJson;
};

/// Looks at the beginning of a text; `whole` means that there is no more. Gives nothing when it takes more
/// text to tell. What it gives does not depend on how much more text there is than needed.
std::optional<TextForm> sniff_form(std::string_view text, bool whole);

}  // namespace shrike::reader
