#include "shrike/geo_database.hpp"

#include <maxminddb.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>
#include <utility>

#include "runtime/geo/mmdb_data.hpp"

namespace shrike {
namespace fs = std::filesystem;

namespace {

constexpr std::string_view kMetadataMarker{"\xab\xcd\xefMaxMind.com", 14};
constexpr std::uint64_t kMetadataSize =
    128 * 1024;  ///< the last marker within that many bytes of the end counts
constexpr std::uint64_t kLargestFile = std::uint64_t{1} << 32;
constexpr std::uint64_t kSeparator = 16;  ///< zeros between search tree and data
constexpr unsigned kMetadataDepth = 16;
constexpr std::int64_t kMetadataBudget = 1 << 20;
constexpr unsigned kMostValues = 4096;  ///< in a record; GeoIP2 City has some 200
constexpr std::uint64_t kNanoseconds = 1'000'000'000;
constexpr std::int64_t kLargestAsn = 0xFFFFFFFF;

Error no_database(const std::string& path, std::string_view why) {
  return {ErrorCode::kFormat, "'" + path + "' is no MaxMind DB: " + std::string(why)};
}

Error not_opened(const std::string& path, int error) {
  return {ErrorCode::kIo, "cannot open '" + path + "': " + std::generic_category().message(error)};
}

/// Whether libmaxminddb can be trusted with the metadata. Version 1.7 follows pointers that branch over and
/// over until memory is gone, and loses memory over a language that is no text.
bool is_sound(const MmdbData& metadata) {
  std::int64_t budget = kMetadataBudget;
  if (!metadata.is_sound(0, kMetadataDepth, budget)) return false;
  const auto map = metadata.read_through(0);
  if (map->type != MmdbType::kMap) return false;
  std::uint64_t at = map->start;
  for (std::uint32_t i = 0; i < map->size; ++i) {
    unsigned values = kMostValues;
    const auto name = metadata.read_through(at);
    at = metadata.read(at)->next;
    const auto value = metadata.read_through(at);
    if (name->type != MmdbType::kString) return false;
    if (metadata.text(*name) == "languages" && value->type == MmdbType::kArray) {
      std::uint64_t language = value->start;
      for (std::uint32_t k = 0; k < value->size; ++k) {
        if (metadata.read_through(language)->type != MmdbType::kString) return false;
        language = metadata.read(language)->next;
      }
    }
    const auto next = metadata.skip(at, values);
    if (!next) return false;
    at = *next;
  }
  return true;
}

/// What libmaxminddb must not meet: it reads a pipe or a folder as if it were a file, and follows metadata
/// that points to itself over and over.
std::optional<Error> check_file(const std::string& path) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (status.type() == fs::file_type::not_found) return not_opened(path, ENOENT);
  if (error) return not_opened(path, error.value());
  if (fs::is_directory(status)) return not_opened(path, EISDIR);
  if (!fs::is_regular_file(status))
    return Error{ErrorCode::kIo, "cannot open '" + path + "': it is no regular file"};
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  if (!file) return not_opened(path, errno);
  const std::uint64_t size = static_cast<std::uint64_t>(std::max<std::streamoff>(file.tellg(), 0));
  if (size >= kLargestFile) return Error{ErrorCode::kLimit, "'" + path + "' is larger than 4 GiB"};
  std::string end(std::min(size, kMetadataSize), '\0');
  file.seekg(-static_cast<std::streamoff>(end.size()), std::ios::end);
  if (!file.read(end.data(), static_cast<std::streamsize>(end.size()))) return not_opened(path, EIO);
  const std::size_t marker = end.rfind(kMetadataMarker);
  if (marker == std::string::npos)
    return no_database(path, "its metadata is missing; is it cut off, or packed?");
  const std::string_view metadata = std::string_view(end).substr(marker + kMetadataMarker.size());
  if (!is_sound(MmdbData({reinterpret_cast<const std::uint8_t*>(metadata.data()), metadata.size()})))
    return no_database(path, "its metadata is damaged");
  return std::nullopt;
}

/// Two letters of any case, in capitals; zeros for anything else.
std::array<char, 2> country_code(std::string_view text) {
  if (text.size() != 2) return {};
  std::array<char, 2> code{};
  for (std::size_t i = 0; i < 2; ++i) {
    const char capital = text[i] >= 'a' && text[i] <= 'z' ? static_cast<char>(text[i] - 'a' + 'A') : text[i];
    if (capital < 'A' || capital > 'Z') return {};
    code[i] = capital;
  }
  return code;
}

/// All of the text as a number.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// The fields of one record, as found.
struct Found {
  std::array<char, 2> nested_code{}, flat_code{}, named_code{};
  std::optional<double> nested[2], flat[2];  ///< latitude and longitude
  std::int64_t system_number = 0, flat_asn = 0;
};

std::optional<Place> place_of(const std::optional<double> (&degrees)[2]) {
  if (!degrees[0] || !degrees[1]) return std::nullopt;
  // Written so that not-a-number is out of range.
  if (!(std::abs(*degrees[0]) <= 90 && std::abs(*degrees[1]) <= 180)) return std::nullopt;
  return Place{*degrees[0], *degrees[1]};
}

/// Goes through a record once.
class RecordReader {
 public:
  explicit RecordReader(const MmdbData& data) : data_(data) {}

  Found read(std::uint64_t offset) {
    for_entries(offset, [this](std::string_view name, std::uint64_t at) {
      if (name == "country") {
        nested_country(at);
      } else if (name == "location") {
        for_entries(at, [this](std::string_view inner, std::uint64_t inner_at) {
          if (inner == "latitude") found_.nested[0] = degrees(inner_at);
          if (inner == "longitude") found_.nested[1] = degrees(inner_at);
        });
      } else if (name == "country_code") {
        found_.flat_code = code(at);
      } else if (name == "latitude") {
        found_.flat[0] = degrees(at);
      } else if (name == "longitude") {
        found_.flat[1] = degrees(at);
      } else if (name == "autonomous_system_number") {
        found_.system_number = asn(at);
      } else if (name == "asn") {
        found_.flat_asn = asn(at);
      }
    });
    return found_;
  }

 private:
  /// Calls `take` with name and place of each entry, if a map stands there, and as far as it is whole.
  template <class Take>
  void for_entries(std::uint64_t offset, const Take& take) {
    const auto map = data_.read_through(offset);
    if (!map || map->type != MmdbType::kMap) return;
    std::uint64_t at = map->start;
    for (std::uint32_t i = 0; i < map->size; ++i) {
      const auto key = data_.read(at);
      const auto name = data_.read_through(at);
      if (!name || name->type != MmdbType::kString) return;
      at = key->next;
      take(data_.text(*name), at);
      const auto next = data_.skip(at, budget_);
      if (!next) return;
      at = *next;
    }
  }

  void nested_country(std::uint64_t offset) {
    found_.named_code = code(offset);
    for_entries(offset, [this](std::string_view name, std::uint64_t at) {
      if (name == "iso_code") found_.nested_code = code(at);
    });
  }

  std::array<char, 2> code(std::uint64_t offset) const {
    const auto value = data_.read_through(offset);
    if (!value || value->type != MmdbType::kString) return {};
    return country_code(data_.text(*value));
  }

  std::optional<double> degrees(std::uint64_t offset) const {
    const auto value = data_.read_through(offset);
    if (!value) return std::nullopt;
    return value->type == MmdbType::kString ? number_in<double>(data_.text(*value)) : data_.number(*value);
  }

  std::int64_t asn(std::uint64_t offset) const {
    const auto value = data_.read_through(offset);
    if (!value) return 0;
    std::optional<std::int64_t> number = data_.integer(*value);
    if (value->type == MmdbType::kString) {
      std::string_view text = data_.text(*value);
      if (text.starts_with("AS") || text.starts_with("as")) text.remove_prefix(2);
      number = number_in<std::int64_t>(text);
    }
    return number && *number > 0 && *number <= kLargestAsn ? *number : 0;
  }

  const MmdbData& data_;
  Found found_;
  unsigned budget_ = kMostValues;
};

}  // namespace

/// One open file.
class GeoDatabase::Reader {
 public:
  static Expected<std::unique_ptr<const Reader>> open(const std::string& path) {
    if (auto error = check_file(path)) return tl::unexpected(*std::move(error));
    std::unique_ptr<Reader> reader(new Reader);
    errno = 0;
    const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, &reader->file_);
    if (status == MMDB_FILE_OPEN_ERROR || status == MMDB_IO_ERROR || status == MMDB_OUT_OF_MEMORY_ERROR)
      return tl::unexpected(not_opened(path, errno != 0 ? errno : EIO));
    if (status != MMDB_SUCCESS) return tl::unexpected(no_database(path, MMDB_strerror(status)));
    reader->is_open_ = true;
    const MMDB_s& file = reader->file_;
    const std::uint64_t tree =
        std::uint64_t{file.metadata.node_count} * file.full_record_byte_size + kSeparator;
    const auto size = static_cast<std::uint64_t>(file.file_size);
    if (tree >= size) return tl::unexpected(no_database(path, "it is cut off"));
    reader->data_ = MmdbData({file.file_content + tree, size - tree});
    reader->data_size_ = size - tree;
    return std::unique_ptr<const Reader>(std::move(reader));
  }
  ~Reader() {
    if (is_open_) MMDB_close(&file_);
  }
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  File describe(const std::string& path) const {
    constexpr std::uint64_t kLatest = INT64_MAX / kNanoseconds;
    return {path, file_.metadata.database_type,
            static_cast<std::int64_t>(std::min<std::uint64_t>(file_.metadata.build_epoch, kLatest) *
                                      kNanoseconds)};
  }

  /// Fills in what the answer does not have yet.
  void add_to(GeoAnswer& answer, const IpAddress& address) const {
    const auto offset = record_of(address);
    if (!offset) return;
    const Found found = RecordReader(data_).read(*offset);
    for (const auto& code : {found.nested_code, found.flat_code, found.named_code}) {
      if (!answer.has_country()) answer.country = code;
    }
    if (!answer.place) answer.place = place_of(found.nested);
    if (!answer.place) answer.place = place_of(found.flat);
    if (answer.asn == 0) answer.asn = found.system_number;
    if (answer.asn == 0) answer.asn = found.flat_asn;
  }

 private:
  Reader() = default;

  /// Where in the data section the record of an address is.
  std::optional<std::uint64_t> record_of(const IpAddress& address) const {
    sockaddr_in6 v6{};
    sockaddr_in v4{};
    const sockaddr* generic = nullptr;
    if (address.is_v4()) {
      v4.sin_family = AF_INET;
      std::memcpy(&v4.sin_addr, address.bytes.data() + 12, 4);
      generic = reinterpret_cast<const sockaddr*>(&v4);
    } else {
      v6.sin6_family = AF_INET6;
      std::memcpy(&v6.sin6_addr, address.bytes.data(), 16);
      generic = reinterpret_cast<const sockaddr*>(&v6);
    }
    int error = MMDB_SUCCESS;
    const MMDB_lookup_result_s result = MMDB_lookup_sockaddr(&file_, generic, &error);
    // A record that points into the separator comes out as an offset near the end of 32 bits.
    if (error != MMDB_SUCCESS || !result.found_entry || result.entry.offset >= data_size_)
      return std::nullopt;
    return result.entry.offset;
  }

  MMDB_s file_{};
  bool is_open_ = false;
  MmdbData data_{{}};
  std::uint64_t data_size_ = 0;
};

GeoDatabase::GeoDatabase() = default;
GeoDatabase::~GeoDatabase() = default;

Expected<std::shared_ptr<const GeoDatabase>> GeoDatabase::open(std::span<const std::string> files) {
  std::shared_ptr<GeoDatabase> database(new GeoDatabase);
  for (const std::string& path : files) {
    auto reader = Reader::open(path);
    if (!reader) return tl::unexpected(std::move(reader.error()));
    database->files_.push_back((*reader)->describe(path));
    database->readers_.push_back(*std::move(reader));
  }
  return std::shared_ptr<const GeoDatabase>(std::move(database));
}

GeoAnswer GeoDatabase::find(const IpAddress& address) const noexcept {
  GeoAnswer answer;
  for (const auto& reader : readers_) {
    reader->add_to(answer, address);
    if (answer.is_complete()) break;
  }
  return answer;
}

}  // namespace shrike
