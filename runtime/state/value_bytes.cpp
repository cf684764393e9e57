#include "runtime/state/value_bytes.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>
#include <string>
#include <vector>

namespace shrike {
namespace {

/// Values nest no deeper than JSON may, with room for the program's own lists.
constexpr unsigned kMaxDepth = 600;

void append_word(std::string& out, std::uint64_t word) {
  for (int shift = 0; shift < 64; shift += 8) out += static_cast<char>(word >> shift);
}

std::uint64_t word_of(std::string_view bytes) {
  std::uint64_t word = 0;
  for (std::size_t i = 0; i < 8; ++i) word |= std::uint64_t{static_cast<unsigned char>(bytes[i])} << (8 * i);
  return word;
}

std::string_view bytes_of(const IpAddress& address) {
  return {reinterpret_cast<const char*>(address.bytes.data()), address.bytes.size()};
}

/// Kinds of addresses and networks of IPv4, for which 4 bytes are enough.
constexpr char kShortIp = '\x41', kShortCidr = '\x42';

constexpr std::size_t kGuidText = 36;
constexpr std::size_t kGuidBytes = 16;
constexpr std::string_view kHex = "0123456789abcdef";

/// What a digit in lower case stands for; more than 15 for any other character.
unsigned hex_digit(char c) {
  if (c >= '0' && c <= '9') return static_cast<unsigned>(c - '0');
  return c >= 'a' && c <= 'f' ? static_cast<unsigned>(c - 'a') + 10 : 16;
}

/// The 16 bytes of a GUID in lower case; nothing for any other text.
std::optional<std::array<char, kGuidBytes>> guid_bytes(std::string_view text) {
  if (text.size() != kGuidText) return std::nullopt;
  std::array<char, kGuidBytes> bytes;
  std::size_t at = 0;
  for (char& byte : bytes) {
    if ((at == 8 || at == 13 || at == 18 || at == 23) && text[at++] != '-') return std::nullopt;
    const unsigned high = hex_digit(text[at]), low = hex_digit(text[at + 1]);
    if ((high | low) > 15) return std::nullopt;
    byte = static_cast<char>(high << 4 | low);
    at += 2;
  }
  return bytes;
}

std::string guid_text(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) {
    if (text.size() == 8 || text.size() == 13 || text.size() == 18 || text.size() == 23) text += '-';
    text += kHex[static_cast<unsigned char>(c) >> 4];
    text += kHex[static_cast<unsigned char>(c) & 15];
  }
  return text;
}

/// The same number for an int and a float of one value.
void append_number_identity(std::string& out, const Value& value) {
  double number = value.kind == Kind::kFloat ? value.number : static_cast<double>(value.integer);
  constexpr double kExact = 9007199254740992.0;  // 2^53: beyond it an int is not always a float
  if (value.kind == Kind::kInt && std::abs(number) > kExact) {
    out += 'i';
    append_signed(out, value.integer);
    return;
  }
  if (value.kind == Kind::kFloat && std::abs(number) > kExact && std::abs(number) < 9.2e18 &&
      number == std::floor(number)) {
    out += 'i';
    append_signed(out, static_cast<std::int64_t>(number));
    return;
  }
  if (number == 0) number = 0;  // -0.0
  out += 'n';
  append_word(out, std::bit_cast<std::uint64_t>(number));
}

}  // namespace

void append_unsigned(std::string& out, std::uint64_t number) {
  while (number >= 0x80) {
    out += static_cast<char>(number | 0x80);
    number >>= 7;
  }
  out += static_cast<char>(number);
}

void append_signed(std::string& out, std::int64_t number) {
  append_unsigned(out, (static_cast<std::uint64_t>(number) << 1) ^ static_cast<std::uint64_t>(number >> 63));
}

void append_text(std::string& out, std::string_view text) {
  append_unsigned(out, text.size());
  out += text;
}

void append_name(std::string& out, std::string_view text) {
  if (const auto guid = guid_bytes(text)) {
    out += '\0';
    out.append(guid->data(), guid->size());
    return;
  }
  append_unsigned(out, text.size() + 1);
  out += text;
}

std::string BytesReader::name() {
  const std::uint64_t size = unsigned_number();
  if (!ok_) return {};
  return size == 0 ? guid_text(take(kGuidBytes)) : std::string(take(size - 1));
}

void append_value(std::string& out, const Value& value) {
  constexpr std::size_t kPrefix = 12;  // of an IPv4 address in its 16 bytes
  if (value.kind == Kind::kIp && value.address->is_v4()) {
    out += kShortIp;
    out += bytes_of(*value.address).substr(kPrefix);
    return;
  }
  if (value.kind == Kind::kCidr && value.address->is_v4() && value.prefix_bits >= 8 * kPrefix) {
    out += kShortCidr;
    out += static_cast<char>(value.prefix_bits);
    out += bytes_of(*value.address).substr(kPrefix);
    return;
  }
  out += static_cast<char>(value.kind);
  switch (value.kind) {
    case Kind::kMissing:
      break;
    case Kind::kBool:
      out += value.boolean ? '\1' : '\0';
      break;
    case Kind::kInt:
    case Kind::kTime:
    case Kind::kDuration:
      append_signed(out, value.integer);
      break;
    case Kind::kFloat:
      append_word(out, std::bit_cast<std::uint64_t>(value.number));
      break;
    case Kind::kString:
      out += static_cast<char>(value.flags);
      append_text(out, value.as_string());
      break;
    case Kind::kIp:
      out += bytes_of(*value.address);
      break;
    case Kind::kCidr:
      out += static_cast<char>(value.prefix_bits);
      out += bytes_of(*value.address);
      break;
    case Kind::kPlace:
      append_word(out, std::bit_cast<std::uint64_t>(value.place->latitude));
      append_word(out, std::bit_cast<std::uint64_t>(value.place->longitude));
      break;
    case Kind::kList:
      append_unsigned(out, value.size);
      for (const Value& item : value.as_list()) append_value(out, item);
      break;
    case Kind::kMap:
      append_unsigned(out, value.size);
      for (const MapEntry& entry : value.as_map()) {
        append_value(out, entry.name);
        append_value(out, entry.value);
      }
      break;
    case Kind::kClient:
      for (const Value* part :
           {&value.client->family, &value.client->os, &value.client->device, &value.client->tool})
        append_value(out, *part);
      break;
  }
}

void BytesReader::fail() {
  ok_ = false;
  rest_ = {};
}

std::uint64_t BytesReader::long_number() {
  std::uint64_t number = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    if (rest_.empty()) break;
    const auto byte = static_cast<unsigned char>(rest_.front());
    rest_.remove_prefix(1);
    number |= std::uint64_t{byte & 0x7FU} << shift;
    if ((byte & 0x80) == 0) return number;
  }
  fail();
  return 0;
}

std::int64_t BytesReader::signed_number() {
  const std::uint64_t number = unsigned_number();
  return static_cast<std::int64_t>((number >> 1) ^ (~(number & 1) + 1));
}

Value BytesReader::value(Arena& arena, unsigned depth) {
  const std::string_view kind = take(1);
  if (kind.empty()) return {};
  const auto address = [&](std::string_view bytes) {
    // An address is an array of bytes, so it may lie anywhere.
    return reinterpret_cast<const IpAddress*>(bytes.data());
  };
  if (kind[0] == kShortIp || kind[0] == kShortCidr) {
    const std::string_view bits = kind[0] == kShortCidr ? take(1) : std::string_view();
    const std::string_view bytes = take(4);
    if (!bits.empty() &&
        (static_cast<unsigned char>(bits[0]) < 96 || static_cast<unsigned char>(bits[0]) > 128))
      fail();
    auto* whole = ok_ ? arena.allocate_array<IpAddress>(1) : nullptr;
    if (whole == nullptr) return {};
    *whole = IpAddress{};
    whole->bytes[10] = whole->bytes[11] = 0xff;
    std::memcpy(whole->bytes.data() + 12, bytes.data(), bytes.size());
    return bits.empty() ? Value::of_ip(whole) : Value::of_cidr(whole, static_cast<unsigned char>(bits[0]));
  }
  switch (static_cast<Kind>(kind[0])) {
    case Kind::kMissing:
      return {};
    case Kind::kBool: {
      const std::string_view byte = take(1);
      return ok_ ? Value::of_bool(byte[0] != '\0') : Value{};
    }
    case Kind::kInt:
      return Value::of_int(signed_number());
    case Kind::kTime:
      return Value::of_time(signed_number());
    case Kind::kDuration:
      return Value::of_duration(signed_number());
    case Kind::kFloat: {
      const std::string_view bytes = take(8);
      return ok_ ? Value::of_float(std::bit_cast<double>(word_of(bytes))) : Value{};
    }
    case Kind::kString: {
      const std::string_view flags = take(1);
      const std::string_view bytes = text();
      if (!ok_) return {};
      // What saves work must be true; bytes may come from a file.
      constexpr std::uint8_t kKnown = Value::kAscii | Value::kFolded;
      return Value::of_string(bytes, static_cast<std::uint8_t>(flags[0]) & kKnown);
    }
    case Kind::kIp: {
      const std::string_view bytes = take(16);
      return ok_ ? Value::of_ip(address(bytes)) : Value{};
    }
    case Kind::kCidr: {
      const std::string_view bits = take(1);
      const std::string_view bytes = take(16);
      if (ok_ && static_cast<unsigned char>(bits[0]) > 128) fail();
      return ok_ ? Value::of_cidr(address(bytes), static_cast<unsigned char>(bits[0])) : Value{};
    }
    case Kind::kPlace: {
      const std::string_view bytes = take(16);
      auto* place = ok_ ? arena.allocate_array<Place>(1) : nullptr;
      if (place == nullptr) return {};
      place->latitude = std::bit_cast<double>(word_of(bytes));
      place->longitude = std::bit_cast<double>(word_of(bytes.substr(8)));
      return Value::of_place(place);
    }
    case Kind::kList: {
      const std::uint64_t size = unsigned_number();
      if (size > rest_.size() || depth > kMaxDepth) fail();
      auto* items = ok_ ? arena.allocate_array<Value>(size) : nullptr;
      if (items == nullptr) return {};
      for (std::uint64_t i = 0; i < size; ++i) items[i] = value(arena, depth + 1);
      return ok_ ? Value::of_list({items, size}) : Value{};
    }
    case Kind::kMap: {
      const std::uint64_t size = unsigned_number();
      if (size > rest_.size() || depth > kMaxDepth) fail();
      auto* entries = ok_ ? arena.allocate_array<MapEntry>(size) : nullptr;
      if (entries == nullptr) return {};
      for (std::uint64_t i = 0; i < size; ++i) {
        entries[i].name = value(arena, depth + 1);
        entries[i].value = value(arena, depth + 1);
        if (entries[i].name.kind != Kind::kString) fail();
      }
      return ok_ ? Value::of_map({entries, size}) : Value{};
    }
    case Kind::kClient: {
      if (depth > kMaxDepth) fail();
      auto* client = ok_ ? arena.allocate_array<Client>(1) : nullptr;
      if (client == nullptr) return {};
      for (Value* part : {&client->family, &client->os, &client->device, &client->tool})
        *part = value(arena, depth + 1);
      return ok_ ? Value::of_client(client) : Value{};
    }
  }
  fail();
  return {};
}

void BytesReader::skip_value(unsigned depth) {
  const std::string_view kind = take(1);
  if (kind.empty()) return;
  if (kind[0] == kShortIp || kind[0] == kShortCidr) {
    take(kind[0] == kShortIp ? 4 : 5);
    return;
  }
  if (depth > kMaxDepth) return fail();
  switch (static_cast<Kind>(kind[0])) {
    case Kind::kMissing:
      return;
    case Kind::kBool:
      take(1);
      return;
    case Kind::kInt:
    case Kind::kTime:
    case Kind::kDuration:
      unsigned_number();
      return;
    case Kind::kFloat:
      take(8);
      return;
    case Kind::kString:
      take(1);
      text();
      return;
    case Kind::kIp:
    case Kind::kPlace:
      take(16);
      return;
    case Kind::kCidr:
      take(17);
      return;
    case Kind::kList: {
      const std::uint64_t size = unsigned_number();
      for (std::uint64_t i = 0; i < size && ok_; ++i) skip_value(depth + 1);
      return;
    }
    case Kind::kMap: {
      const std::uint64_t size = unsigned_number();
      for (std::uint64_t i = 0; i < size && ok_; ++i) {
        skip_value(depth + 1);
        skip_value(depth + 1);
      }
      return;
    }
    case Kind::kClient:
      for (int i = 0; i < 4; ++i) skip_value(depth + 1);
      return;
  }
  fail();
}

void append_identity(std::string& out, const Value& value, bool cased, Arena& scratch) {
  switch (value.kind) {
    case Kind::kInt:
    case Kind::kFloat:
      append_number_identity(out, value);
      return;
    case Kind::kString:
      out += 's';
      append_name(out, cased ? value.as_string() : fold_case(value.as_string(), scratch));
      return;
    case Kind::kList:
      out += 'l';
      append_unsigned(out, value.size);
      for (const Value& item : value.as_list()) append_identity(out, item, cased, scratch);
      return;
    case Kind::kMap: {
      // Without regard to order: each entry by itself, sorted. Of equal names the last counts.
      std::vector<std::string> entries;
      const auto map = value.as_map();
      for (std::size_t i = 0; i < map.size(); ++i) {
        bool repeated = false;
        for (std::size_t j = i + 1; j < map.size() && !repeated; ++j)
          repeated = equal(map[i].name, map[j].name, cased);
        if (repeated) continue;
        append_identity(entries.emplace_back(), map[i].name, cased, scratch);
        append_identity(entries.back(), map[i].value, cased, scratch);
      }
      std::sort(entries.begin(), entries.end());
      out += 'm';
      append_unsigned(out, entries.size());
      for (const std::string& entry : entries) append_text(out, entry);
      return;
    }
    case Kind::kClient:
      out += 'c';
      for (const Value* part :
           {&value.client->family, &value.client->os, &value.client->device, &value.client->tool})
        append_identity(out, *part, cased, scratch);
      return;
    default:
      append_value(out, value);
  }
}

}  // namespace shrike
