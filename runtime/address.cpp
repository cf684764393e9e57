// Parsing (RFC 4291, and the habits of logs) and canonical text (RFC 5952) of addresses and networks.
#include "runtime/address.hpp"

#include <charconv>
#include <cstring>

namespace shrike {
namespace {

constexpr unsigned kV4Offset = 96;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

bool parse_v4(std::string_view text, std::uint8_t* to) {
  std::size_t at = 0;
  for (int part = 0; part < 4; ++part) {
    if (part > 0) {
      if (at >= text.size() || text[at] != '.') return false;
      ++at;
    }
    const std::size_t start = at;
    unsigned number = 0;
    while (at < text.size() && is_digit(text[at]) && at - start < 3) {
      number = number * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    const std::size_t digits = at - start;
    if (digits == 0 || number > 255 || (digits > 1 && text[start] == '0')) return false;
    to[part] = static_cast<std::uint8_t>(number);
  }
  return at == text.size();
}

bool parse_v6(std::string_view text, std::uint8_t* to) {
  std::size_t at = 0;
  std::size_t filled = 0;
  std::size_t gap = 17;  // where "::" stands, in bytes; 17 for nowhere
  if (text.size() < 2 || text.size() > 45) return false;
  if (text[0] == ':') {
    if (text[1] != ':') return false;
    gap = 0;
    at = 2;
  }
  while (at < text.size()) {
    if (filled == 16) return false;
    const std::size_t start = at;
    unsigned group = 0;
    while (at < text.size() && at - start < 4 && hex_value(text[at]) >= 0) {
      group = group << 4 | static_cast<unsigned>(hex_value(text[at++]));
    }
    if (at < text.size() && text[at] == '.') {
      if (filled > 12 || !parse_v4(text.substr(start), to + filled)) return false;
      filled += 4;
      at = text.size();
      break;
    }
    if (at == start) return false;
    to[filled++] = static_cast<std::uint8_t>(group >> 8);
    to[filled++] = static_cast<std::uint8_t>(group & 0xFF);
    if (at == text.size()) break;
    if (text[at] != ':') return false;
    ++at;
    if (at == text.size()) return false;
    if (text[at] == ':') {
      if (gap != 17) return false;
      gap = filled;
      ++at;
    }
  }
  if (gap == 17) return filled == 16;
  if (filled == 16) return false;
  std::memmove(to + 16 - (filled - gap), to + gap, filled - gap);
  std::memset(to + gap, 0, 16 - filled);
  return true;
}

/// The text before a trailing ":digits", or nothing when there is none.
std::optional<std::string_view> without_port(std::string_view text) {
  std::size_t at = text.size();
  while (at > 0 && is_digit(text[at - 1])) --at;
  if (at == text.size() || text.size() - at > 5 || at == 0 || text[at - 1] != ':') return std::nullopt;
  return text.substr(0, at - 1);
}

std::optional<IpAddress> parse_without_zone(std::string_view text) {
  const std::size_t zone = text.find('%');
  if (zone != std::string_view::npos) {
    if (zone + 1 == text.size()) return std::nullopt;
    text = text.substr(0, zone);
    if (text.find(':') == std::string_view::npos) return std::nullopt;
  }
  return parse_ip(text);
}

}  // namespace

std::optional<IpAddress> parse_ip(std::string_view text) noexcept {
  IpAddress address;
  if (text.size() <= 15 && parse_v4(text, address.bytes.data() + 12)) {
    address.bytes[10] = address.bytes[11] = 0xFF;
    return address;
  }
  address = {};
  if (!parse_v6(text, address.bytes.data())) return std::nullopt;
  return address;
}

std::optional<IpAddress> parse_ip_lenient(std::string_view text) noexcept {
  text = trimmed(text);
  if (text.empty()) return std::nullopt;
  if (text.front() == '[') {
    const std::size_t close = text.find(']');
    if (close == std::string_view::npos) return std::nullopt;
    const std::string_view after = text.substr(close + 1);
    if (!after.empty() && (after.size() < 2 || !without_port(after).has_value() || after.front() != ':')) {
      return std::nullopt;
    }
    if (!after.empty() && !without_port(after)->empty()) return std::nullopt;
    return parse_without_zone(trimmed(text.substr(1, close - 1)));
  }
  if (auto address = parse_without_zone(text)) return address;
  // A port after an address without brackets can be told only behind dots: "1.2.3.4:443",
  // "::ffff:1.2.3.4:443".
  const auto host = without_port(text);
  if (!host || host->find('.') == std::string_view::npos) return std::nullopt;
  return parse_without_zone(*host);
}

std::optional<Network> parse_cidr(std::string_view text) noexcept {
  const std::size_t slash = text.find('/');
  const auto address = parse_ip(text.substr(0, slash));
  if (!address) return std::nullopt;
  if (slash == std::string_view::npos) return Network{*address, 128};
  const bool written_as_v4 = text.substr(0, slash).find(':') == std::string_view::npos;
  const std::string_view length = text.substr(slash + 1);
  unsigned bits = 0;
  if (length.empty() || length.size() > 3 || (length.size() > 1 && length[0] == '0')) return std::nullopt;
  for (const char c : length) {
    if (!is_digit(c)) return std::nullopt;
    bits = bits * 10 + static_cast<unsigned>(c - '0');
  }
  if (written_as_v4) bits += kV4Offset;
  if (bits > 128) return std::nullopt;
  return Network{mask(*address, bits), static_cast<std::uint8_t>(bits)};
}

IpAddress mask(const IpAddress& address, unsigned bits) noexcept {
  IpAddress result = address;
  for (unsigned i = 0; i < 16; ++i) {
    const unsigned keep = bits <= 8 * i ? 0 : (bits >= 8 * i + 8 ? 8 : bits - 8 * i);
    result.bytes[i] = static_cast<std::uint8_t>(result.bytes[i] & (0xFF00u >> keep));
  }
  return result;
}

bool in_network(const IpAddress& address, const IpAddress& network, unsigned bits) noexcept {
  if (bits < kV4Offset && address.is_v4()) return false;
  const unsigned whole = bits / 8;
  if (whole > 0 && std::memcmp(address.bytes.data(), network.bytes.data(), whole < 16 ? whole : 16) != 0)
    return false;
  const unsigned rest = bits % 8;
  if (rest == 0 || whole >= 16) return true;
  const unsigned keep = 0xFF00u >> rest & 0xFF;
  return ((address.bytes[whole] ^ network.bytes[whole]) & keep) == 0;
}

void append_ip(std::string& out, const IpAddress& address) {
  const auto append = [&out](unsigned number, int base) {
    char digits[8];
    out.append(digits, std::to_chars(digits, digits + sizeof digits, number, base).ptr);
  };
  if (address.is_v4()) {
    for (std::size_t i = 12; i < 16; ++i) {
      if (i > 12) out += '.';
      append(address.bytes[i], 10);
    }
    return;
  }
  unsigned groups[8];
  for (std::size_t i = 0; i < 8; ++i) {
    groups[i] = static_cast<unsigned>(address.bytes[2 * i]) << 8 | address.bytes[2 * i + 1];
  }
  std::size_t gap = 8;
  std::size_t gap_size = 1;
  for (std::size_t i = 0; i < 8;) {
    std::size_t run = 0;
    while (i + run < 8 && groups[i + run] == 0) ++run;
    if (run > gap_size) {
      gap = i;
      gap_size = run;
    }
    i += run + 1;
  }
  for (std::size_t i = 0; i < 8;) {
    if (i == gap) {
      out += "::";
      i += gap_size;
      continue;
    }
    if (i > 0 && i != gap + gap_size) out += ':';
    append(groups[i], 16);
    ++i;
  }
}

void append_cidr(std::string& out, const IpAddress& network, unsigned bits) {
  append_ip(out, network);
  const bool v4 = network.is_v4() && bits >= kV4Offset;
  char text[8];
  text[0] = '/';
  out.append(text, std::to_chars(text + 1, text + sizeof text, v4 ? bits - kV4Offset : bits).ptr);
}

std::string format_ip(const IpAddress& address) {
  std::string out;
  append_ip(out, address);
  return out;
}

std::string format_cidr(const IpAddress& network, unsigned bits) {
  std::string out;
  append_cidr(out, network, bits);
  return out;
}

}  // namespace shrike
