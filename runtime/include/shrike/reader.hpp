// From bytes to records: files, folders and standard input in every form that tenants export.
// The form is sniffed, never asked for: NDJSON, JSON array, {"value":[…]}, {"records":[…]}, concatenated or
// pretty-printed objects, CSV; plain, gzip or zstd; UTF-8 or UTF-16, with or without BOM. Files of several
// forms that were put together, and broken records among good ones, are normal: what cannot be read costs one
// reject, and reading goes on. Read next: engine.hpp, which takes the records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "shrike/error.hpp"

namespace shrike {

/// Bytes that must be readable after the end of every record's text (their content does not matter).
inline constexpr std::size_t kRecordPadding = 64;

/// Where a record was read. `file` is the path as given ("-" for standard input); valid during the call that
/// got it.
struct RecordPlace {
  std::string_view file;
  std::uint64_t line = 0;    ///< first line of the record, counted from 1 (in the decoded text)
  std::uint64_t offset = 0;  ///< byte offset in the decompressed UTF-8 text, a byte order mark included
};

enum class RejectReason {
  kBadJson,         ///< not one JSON object
  kTooLarge,        ///< longer than Limits::record_bytes
  kTooDeep,         ///< nested deeper than Limits::nesting
  kBadEncoding,     ///< not UTF-8 / UTF-16
  kBadCsv,          ///< a CSV row that does not fit its header, or an unclosed quote
  kBadCompression,  ///< gzip or zstd data that is cut off or damaged; what came before it was read
  kTimeMissing,     ///< a source took the record, but its time is missing or unreadable
  kLimit,           ///< judging it needed more memory or steps than allowed
};
/// Short stable name for statistics and the rejects file, for example "bad_json".
std::string_view name_of(RejectReason reason);

/// A record that was not judged, and why. Views are valid during the call.
struct Reject {
  RecordPlace place;
  RejectReason reason;
  std::string_view detail;  ///< a sentence
  std::string_view text;    ///< the beginning of the record, at most 4 KiB; not escaped
};

struct ReadLimits {
  std::size_t record_bytes = std::size_t{16} << 20;
  std::size_t nesting = 256;
};

/// Takes what a reader finds. Called on the thread that reads, in input order.
class RecordSink {
 public:
  virtual ~RecordSink() = default;
  /// One JSON object as UTF-8 text, followed by kRecordPadding readable bytes. Valid during the call. The
  /// text begins with { and ends with }, was split out of its surroundings, and is not validated otherwise
  /// (not even as UTF-8).
  ///
  /// A CSV row comes as an object of strings, {"column": "text", …}: empty cells are left out, column names
  /// lose blanks around them and a trailing " [UTC]", of repeated names the last counts. A row may lack cells
  /// at its end, as spreadsheets leave them out, but not all but one; cells beyond the header must be empty.
  /// Returning false stops reading.
  virtual bool record(std::string_view padded_text, const RecordPlace& place) = 0;
  virtual void reject(const Reject& reject) = 0;
  /// A pipe, a socket or a device in a folder: it is not read. Told before anything of the folder is read.
  virtual void pass_over(std::string_view /*path*/) {}
};

/// Reads one file, or standard input for "-". A folder is read with the folders in it, file by file in name
/// order; hidden files are left out, what is no regular file is passed over, symbolic links are followed. An
/// empty input is no error. Memory use does not depend on the size of the input: about
/// ReadLimits::record_bytes (twice that while such a record is read). Errors: kIo when it cannot be opened or
/// read; what was read until then has been delivered, and so have the other files of the folder. kLimit when
/// there is no memory.
Expected<void> read_input(const std::string& path, const ReadLimits& limits, RecordSink& sink);

/// Reads bytes that the caller holds (`name` stands in places). Same sniffing, same limits.
Expected<void> read_bytes(std::string_view bytes, std::string_view name, const ReadLimits& limits,
                          RecordSink& sink);

/// Called now and then with the number of input bytes (as stored) read so far and the total (0 if unknown).
using ReadProgress = std::function<void(std::uint64_t done, std::uint64_t total)>;
Expected<void> read_input(const std::string& path, const ReadLimits& limits, RecordSink& sink,
                          const ReadProgress& progress);

}  // namespace shrike
