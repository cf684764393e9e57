// Records that were not judged, as NDJSON: {file, line, offset, reason, detail, text}.
#pragma once

#include <string_view>

#include "playground/cli/output.hpp"
#include "shrike/reader.hpp"

namespace shrike::cli {

/// Writes one line. `text` is the beginning of the record; bytes that are not UTF-8 become U+FFFD.
void write_reject(Output& output, const Reject& reject);

}  // namespace shrike::cli
