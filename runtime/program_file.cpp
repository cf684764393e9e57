// Writer, reader, hash and text check of programs: four visitors over program_fields.hpp.
#include "runtime/program_file.hpp"

#include <sys/types.h>

#include <fmt/format.h>
#include <sha256.h>

#include <bit>
#include <cstring>

#include "runtime/digest.hpp"
#include "runtime/program_fields.hpp"
#include "runtime/utf8.hpp"
#include "runtime/verifier.hpp"

namespace shrike {
namespace {

constexpr std::string_view kMagic = "SHRK";
constexpr std::size_t kChecksumBytes = SHA256_DIGEST_LENGTH;
constexpr std::size_t kLengthAt = 12;
constexpr std::size_t kChecksumAt = 20;
constexpr std::size_t kHeaderBytes = kChecksumAt + kChecksumBytes;
/// What the tables of a loaded program may take in memory; small entries in the file are larger in memory.
constexpr std::size_t kTableBytes = std::size_t{512} << 20;

template <class T>
concept Number = std::is_integral_v<T> || std::is_enum_v<T> || std::is_floating_point_v<T>;
template <class T>
struct UnsignedOf;
template <class T>
  requires(sizeof(T) == 1)
struct UnsignedOf<T> {
  using type = std::uint8_t;
};
template <class T>
  requires(sizeof(T) == 2)
struct UnsignedOf<T> {
  using type = std::uint16_t;
};
template <class T>
  requires(sizeof(T) == 4)
struct UnsignedOf<T> {
  using type = std::uint32_t;
};
template <class T>
  requires(sizeof(T) == 8)
struct UnsignedOf<T> {
  using type = std::uint64_t;
};

template <class T>
void append_number(std::string& out, T value) {
  using Bits = typename UnsignedOf<T>::type;
  Bits bits;
  std::memcpy(&bits, &value, sizeof bits);
  for (std::size_t i = 0; i < sizeof bits; ++i)
    out += static_cast<char>(static_cast<unsigned char>(bits >> (8 * i)));
}

template <class T>
T read_number(const char* from) {
  using Bits = typename UnsignedOf<T>::type;
  Bits bits = 0;
  for (std::size_t i = 0; i < sizeof bits; ++i) {
    bits = static_cast<Bits>(
        bits | static_cast<Bits>(static_cast<Bits>(static_cast<unsigned char>(from[i])) << (8 * i)));
  }
  T value;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

std::string checksum(std::string_view payload) {
  SHA2_CTX context;
  SHA256Init(&context);
  SHA256Update(&context, reinterpret_cast<const std::uint8_t*>(payload.data()), payload.size());
  std::uint8_t digest[kChecksumBytes];
  SHA256Final(digest, &context);
  return {reinterpret_cast<const char*>(digest), sizeof digest};
}

class Writer {
 public:
  explicit Writer(bool with_notes) : with_notes_(with_notes) {}

  template <class... Fields>
  void operator()(const Fields&... fields) {
    (put(fields), ...);
  }
  template <class... Fields>
  void note(const Fields&... fields) {
    if (with_notes_) (put(fields), ...);
  }

  template <class T>
  void section(std::string_view tag, const T& field) {
    out_ += tag;
    const std::size_t length_at = out_.size();
    append_number(out_, std::uint64_t{0});
    put(field);
    std::string length;
    append_number(length, static_cast<std::uint64_t>(out_.size() - length_at - sizeof(std::uint64_t)));
    out_.replace(length_at, length.size(), length);
  }
  template <class T>
  void note_section(std::string_view tag, const T& field) {
    if (with_notes_) section(tag, field);
  }

  std::string& bytes() { return out_; }

 private:
  template <Number T>
  void put(const T& number) {
    append_number(out_, number);
  }
  void put(const std::string& text) {
    append_number(out_, static_cast<std::uint32_t>(text.size()));
    out_ += text;
  }
  template <class T>
  void put(const std::vector<T>& list) {
    append_number(out_, static_cast<std::uint32_t>(list.size()));
    for (const T& item : list) put(item);
  }
  template <class A, class B>
  void put(const std::pair<A, B>& pair) {
    put(pair.first), put(pair.second);
  }
  void put(std::monostate) {}
  template <class... T>
  void put(const std::variant<T...>& variant) {
    append_number(out_, static_cast<std::uint8_t>(variant.index()));
    std::visit([this](const auto& value) { this->put(value); }, variant);
  }
  template <class T>
    requires std::is_class_v<T>
  void put(const T& record) {
    program_fields::describe(*this, record);
  }

  bool with_notes_;
  std::string out_;
};

/// Reads what Writer wrote. After a failure everything reads as empty; `failure` says what went wrong first.
class Reader {
 public:
  explicit Reader(std::string_view bytes) : rest_(bytes) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (get(fields), ...);
  }
  template <class... Fields>
  void note(Fields&... fields) {
    (get(fields), ...);
  }

  template <class T>
  void section(std::string_view tag, T& field) {
    if (!failure_.empty()) return;
    std::uint64_t length = 0;
    const std::string_view found = take(tag.size());
    get(length);
    if (failure_.empty() && (found != tag || length > rest_.size())) {
      failure_ = fmt::format("section {} is not where it should be", tag);
    }
    if (!failure_.empty()) return;
    const std::string_view behind = rest_.substr(length);
    rest_ = rest_.substr(0, length);
    get(field);
    if (failure_.empty() && !rest_.empty()) failure_ = "has bytes left over";
    if (!failure_.empty()) failure_ = fmt::format("section {} {}", tag, failure_);
    rest_ = behind;
  }
  template <class T>
  void note_section(std::string_view tag, T& field) {
    section(tag, field);
  }

  const std::string& failure() const { return failure_; }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view take(std::size_t size) {
    if (size > rest_.size()) {
      if (failure_.empty()) failure_ = "is cut off";
      rest_ = {};
      return {};
    }
    const std::string_view taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  /// A count of things that are at least `smallest` bytes each in the file and `in_memory` bytes each here.
  std::uint32_t count(std::size_t smallest, std::size_t in_memory) {
    std::uint32_t number = 0;
    get(number);
    const std::size_t bytes = std::size_t{number} * in_memory;
    if (number > rest_.size() / smallest) {
      if (failure_.empty()) failure_ = "counts more than it holds";
      return 0;
    }
    if (bytes > kTableBytes - table_bytes_) {
      if (failure_.empty()) failure_ = "is too large";
      return 0;
    }
    table_bytes_ += bytes;
    return number;
  }

  void get(bool& flag) {
    std::uint8_t byte = 0;
    get(byte);
    if (byte > 1 && failure_.empty()) failure_ = "holds a bool that is neither 0 nor 1";
    flag = byte == 1;
  }
  template <Number T>
  void get(T& number) {
    const std::string_view bytes = take(sizeof(T));
    number = bytes.empty() ? T{} : read_number<T>(bytes.data());
  }
  void get(std::string& text) { text = take(count(1, 1)); }
  template <class T>
  void get(std::vector<T>& list) {
    constexpr std::size_t kSmallest = std::is_arithmetic_v<T>           ? sizeof(T)
                                      : std::is_same_v<T, ConstantData> ? 2
                                                                        : 4;
    const std::uint32_t size = count(kSmallest, sizeof(T));
    list.reserve(size);
    for (std::uint32_t i = 0; i < size && failure_.empty(); ++i) {
      list.emplace_back();
      get(list.back());
    }
  }
  template <class A, class B>
  void get(std::pair<A, B>& pair) {
    get(pair.first), get(pair.second);
  }
  void get(std::monostate&) {}
  template <class... T>
  void get(std::variant<T...>& variant) {
    std::uint8_t index = 0;
    get(index);
    if (index >= sizeof...(T)) {
      if (failure_.empty()) failure_ = "holds a constant of an unknown kind";
      return;
    }
    choose(variant, index, std::index_sequence_for<T...>());
  }
  template <class Variant, std::size_t... I>
  void choose(Variant& variant, std::size_t index, std::index_sequence<I...>) {
    ((index == I ? get(variant.template emplace<I>()) : void()), ...);
  }
  template <class T>
    requires std::is_class_v<T>
  void get(T& record) {
    program_fields::describe(*this, record);
  }

  std::string_view rest_;
  std::string failure_;
  std::size_t table_bytes_ = 0;
};

/// Looks at every text.
class TextCheck {
 public:
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (look(fields), ...);
  }
  template <class... Fields>
  void note(const Fields&... fields) {
    (look(fields), ...);
  }
  template <class T>
  void section(std::string_view, const T& field) {
    look(field);
  }
  template <class T>
  void note_section(std::string_view, const T& field) {
    look(field);
  }
  bool ok() const { return ok_; }

 private:
  template <class T>
  void look(const T&) {}
  void look(const std::string& text) {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (at != end && ok_) ok_ = utf8::decode(at, end) < utf8::kInvalid;
  }
  template <class T>
    requires(!Number<T>)
  void look(const std::vector<T>& list) {
    for (const T& item : list) look(item);
  }
  template <class... T>
  void look(const std::variant<T...>& variant) {
    std::visit([this](const auto& value) { this->look(value); }, variant);
  }
  template <class T>
    requires requires(TextCheck& v, const T& t) { program_fields::describe(v, t); }
  void look(const T& record) {
    program_fields::describe(*this, record);
  }

  bool ok_ = true;
};

}  // namespace

std::string write_program(const ProgramData& data) {
  Writer payload(true);
  program_fields::describe_sections(payload, data);
  std::string out(kMagic);
  append_number(out, kBytecodeVersion);
  append_number(out, kLanguageVersion);
  append_number(out, static_cast<std::uint64_t>(payload.bytes().size()));
  out += checksum(payload.bytes());
  out += payload.bytes();
  return out;
}

Expected<ProgramData> read_program(std::string_view bytes) {
  if (bytes.size() > ProgramLimit::kFileBytes)
    return fail(ErrorCode::kLimit, "a program of more than 64 MiB");
  if (!bytes.starts_with(kMagic)) return fail(ErrorCode::kFormat, "not a compiled program");
  if (bytes.size() < kHeaderBytes) return fail(ErrorCode::kFormat, "the compiled program is cut off");
  const auto bytecode = read_number<std::uint32_t>(bytes.data() + 4);
  const auto language = read_number<std::uint32_t>(bytes.data() + 8);
  if (bytecode != kBytecodeVersion || language != kLanguageVersion) {
    return fail(ErrorCode::kVersion,
                fmt::format("compiled for bytecode {} and language {}; this is bytecode {} and language {}",
                            bytecode, language, kBytecodeVersion, kLanguageVersion));
  }
  const std::string_view payload = bytes.substr(kHeaderBytes);
  if (read_number<std::uint64_t>(bytes.data() + kLengthAt) != payload.size()) {
    return fail(ErrorCode::kFormat, "the compiled program is cut off or has bytes left over");
  }
  if (checksum(payload) != bytes.substr(kChecksumAt, kChecksumBytes)) {
    return fail(ErrorCode::kFormat, "the compiled program is damaged: its checksum does not fit");
  }
  ProgramData data;
  Reader reader(payload);
  program_fields::describe_sections(reader, data);
  if (!reader.failure().empty())
    return fail(ErrorCode::kFormat, "the compiled program is damaged: " + reader.failure());
  if (!reader.at_end())
    return fail(ErrorCode::kFormat, "the compiled program is damaged: bytes behind its last section");
  return data;
}

std::string hash_program(const ProgramData& data) {
  Writer writer(false);
  append_number(writer.bytes(), kBytecodeVersion);
  program_fields::describe_sections(writer, data);
  return Digest().add(writer.bytes()).hex();
}

bool is_valid_text(const ProgramData& data) {
  TextCheck check;
  program_fields::describe_sections(check, data);
  return check.ok();
}

void repair_checksum(std::string& bytes) {
  if (bytes.size() < kHeaderBytes) return;
  std::string length;
  append_number(length, static_cast<std::uint64_t>(bytes.size() - kHeaderBytes));
  bytes.replace(kLengthAt, length.size(), length);
  bytes.replace(kChecksumAt, kChecksumBytes, checksum(std::string_view(bytes).substr(kHeaderBytes)));
}

}  // namespace shrike
