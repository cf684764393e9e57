// Magic numbers, CSV headers, and JSON for the rest.
#include "runtime/reader/format_sniff.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "runtime/reader/csv_row.hpp"
#include "runtime/reader/text_encoding.hpp"

namespace shrike::reader {
namespace {

using namespace std::string_view_literals;

/// A header row that is longer is none.
constexpr std::size_t kLongestHeader = std::size_t{1} << 20;
constexpr std::size_t kBinaryCheck = 512;

struct Magic {
  std::string_view bytes;
  std::string_view what;
  RejectReason reason = RejectReason::kBadJson;
};

constexpr std::array kMagics = {
    Magic{"%PDF"sv, "a PDF document"},
    Magic{"PK\x03\x04"sv, "a ZIP archive or an Office document"},
    Magic{"<"sv, "HTML or XML"},
    Magic{"\x1f\x8b"sv, "gzip data inside compressed data"},
    Magic{"\x28\xb5\x2f\xfd"sv, "zstd data inside compressed data"},
    Magic{"BZh"sv, "bzip2 data"},
    Magic{"\xfd\x37zXZ\0"sv, "xz data"},
    Magic{"7z\xbc\xaf\x27\x1c"sv, "a 7z archive"},
    Magic{"Rar!\x1a"sv, "a RAR archive"},
    Magic{"SQLite format 3\0"sv, "an SQLite database"},
    Magic{"PAR1"sv, "a Parquet file"},
    Magic{"Obj\x01"sv, "an Avro file"},
    Magic{"ElfFile\0"sv, "a Windows event log"},
    Magic{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"sv, "an old Office document or an Outlook message"},
    Magic{"!BDN"sv, "an Outlook data file"},
    Magic{"\x89PNG"sv, "a PNG image"},
    Magic{"\xff\xd8\xff"sv, "a JPEG image"},
    Magic{"\x7f\x45LF"sv, "a program"},
    Magic{"\xff\xfe\0\0"sv, "UTF-32 text", RejectReason::kBadEncoding},
    Magic{"\0\0\xfe\xff"sv, "UTF-32 text", RejectReason::kBadEncoding},
};

/// Columns of exports that are read: one of them makes a short header certain.
constexpr std::array kKnownColumns = {
    "auditdata"sv, "creationdate"sv,     "timegenerated"sv,    "createddatetime"sv, "operations"sv,
    "operation"sv, "creationtime"sv,     "operationname"sv,    "recordtype"sv,      "date (utc)"sv,
    "date"sv,      "activitydatetime"sv, "messageid"sv,        "activity"sv,        "category"sv,
    "userid"sv,    "ipaddress"sv,        "userprincipalname"sv};

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

/// A column name, rather than a piece of prose, code or data.
bool is_plain_name(std::string_view name) {
  if (name.empty() || name.size() > 128 || std::count(name.begin(), name.end(), ' ') > 7) return false;
  if (name.front() == '{' || name.front() == '[') return false;
  const bool letters = std::any_of(name.begin(), name.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 0x80;
  });
  const bool odd = std::any_of(name.begin(), name.end(), [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || c == '\x7f' ||
           "<>\"=\\;|"sv.find(c) != std::string_view::npos;
  });
  return letters && !odd;
}

/// How far a row reaches; nothing when the text does not show its end. `sound` tells whether its quotes are.
std::optional<std::size_t> row_size(std::string_view text, char delimiter, bool whole, bool& sound) {
  CsvRowScan scan(delimiter);
  std::size_t used = 0;
  const CsvRowScan::Result result = scan.scan(text.substr(0, kLongestHeader), used);
  sound = !scan.broken();
  if (result != CsvRowScan::Result::kMore) return used;
  if (whole && used == text.size() && !scan.in_quotes()) return used;
  return std::nullopt;
}

struct Header {
  char delimiter = ',';
  std::size_t size = 0;
  std::size_t columns = 0;
  bool certain = false;
};

/// The header in the first row by this delimiter, if that is what the row is. `size` is set in any case.
bool read_header(std::string_view text, Header& header) {
  const std::string_view row = trim_row(text.substr(0, header.size));
  if (!is_valid_utf8(row)) return false;
  const std::vector<std::string> names = column_names(row, header.delimiter);
  std::size_t plain = 0;
  bool one_word_each = true;
  // Prose has blanks after its commas.
  const bool spaced = row.find(std::string{header.delimiter, ' '}) != std::string_view::npos;
  for (const std::string& name : names) {
    if (name.empty()) continue;
    if (!is_plain_name(name)) return false;
    ++plain;
    one_word_each = one_word_each && name.find(' ') == std::string::npos;
    const std::string folded = lower(name);
    header.certain = header.certain ||
                     std::find(kKnownColumns.begin(), kKnownColumns.end(), folded) != kKnownColumns.end();
  }
  header.columns = names.size();
  if (plain == 1) return header.columns == 1 && lower(names.front()) == "auditdata";
  header.certain = header.certain || (!spaced && (one_word_each || plain >= 5));
  return plain >= 2;
}

std::size_t count_cells(std::string_view row, char delimiter) {
  std::size_t count = 0;
  CsvCells cells(row, delimiter);
  for (CsvCell cell; cells.next(cell);) ++count;
  return count;
}

/// CSV, JSON (here: no CSV), or nothing yet.
std::optional<TextForm> sniff_csv(std::string_view text, TextPlace start, bool whole) {
  TextForm none;
  const auto unknown = [&](std::string_view row) {
    return whole || row.size() >= kLongestHeader ? std::optional(none) : std::nullopt;
  };
  // PowerShell and Excel may put a line in front that says what the rows are.
  if (text.starts_with("#TYPE ") || text.starts_with("sep=")) {
    const std::size_t size = text.substr(0, kBinaryCheck).find('\n');
    if (size == std::string_view::npos) return none;
    text.remove_prefix(size + 1);
    start = {start.offset + size + 1, start.line + 1};
  }
  Header best;
  bool found = false;
  for (const char delimiter : {',', ';', '\t'}) {
    Header header;
    header.delimiter = delimiter;
    bool sound = false;
    const auto size = row_size(text, delimiter, whole, sound);
    if (!size) return unknown(text);
    header.size = *size;
    if (sound && read_header(text, header) && (!found || header.columns > best.columns)) {
      best = header;
      found = true;
    }
  }
  if (!found) return none;
  std::string_view rest = text.substr(best.size);
  const std::size_t next = rest.substr(0, kBinaryCheck).find_first_not_of("\r\n \t");
  if (next == std::string_view::npos) {
    if (!whole && rest.size() < kBinaryCheck) return std::nullopt;
    if (!best.certain) return none;
  } else {
    rest.remove_prefix(next);
    if (rest.front() == '{') return none;
    if (!best.certain) {
      bool sound = false;
      const auto size = row_size(rest, best.delimiter, whole, sound);
      if (!size) return unknown(rest);
      if (count_cells(rest.substr(0, *size), best.delimiter) != best.columns) return none;
    }
  }
  TextForm form;
  form.kind = TextForm::Kind::kCsv;
  form.start = start;
  form.delimiter = best.delimiter;
  return form;
}

}  // namespace

std::optional<TextForm> sniff_form(std::string_view text, bool whole) {
  TextForm form;
  std::size_t skipped = 0;
  while (skipped <= kLongestHeader) {
    const std::string_view rest = text.substr(skipped);
    if (rest.starts_with(kByteOrderMark)) {
      skipped += kByteOrderMark.size();
    } else if (!rest.empty() && is_space(rest.front())) {
      if (rest.front() == '\n') ++form.start.line;
      ++skipped;
    } else if (!whole && kByteOrderMark.starts_with(rest)) {
      return std::nullopt;
    } else {
      break;
    }
  }
  form.start.offset = skipped;
  text.remove_prefix(skipped);
  if (text.empty() || skipped > kLongestHeader || text.front() == '{' || text.front() == '[') return form;

  if (text.size() < kBinaryCheck && !whole) return std::nullopt;
  for (const Magic& magic : kMagics) {
    if (text.starts_with(magic.bytes)) {
      form.kind = TextForm::Kind::kForeign;
      form.what = magic.what;
      form.reason = magic.reason;
      return form;
    }
  }
  const std::string_view head = text.substr(0, kBinaryCheck);
  const auto odd = static_cast<std::size_t>(std::count_if(head.begin(), head.end(), [](char c) {
    return (static_cast<unsigned char>(c) < 0x20 && !is_space(c)) || c == '\x7f';
  }));
  if (odd * 10 > head.size() && head.front() != '\0') {
    form.kind = TextForm::Kind::kForeign;
    form.what = "binary data";
    return form;
  }
  return sniff_csv(text, form.start, whole);
}

}  // namespace shrike::reader
