// See literals.hpp. Addresses and times are read by the runtime, so that both sides agree on them.
#include "dsl/literals.hpp"

#include <fmt/format.h>

#include <charconv>
#include <limits>

#include "dsl/diagnostics.hpp"
#include "runtime/address.hpp"
#include "runtime/time_text.hpp"
#include "runtime/utf8.hpp"

namespace shrike {
namespace {

/// Four hexadecimal digits; -1 when they are not.
std::int32_t hex4(std::string_view text) {
  if (text.size() < 4) return -1;
  std::uint32_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + 4, value, 16);
  return error == std::errc{} && end == text.data() + 4 ? static_cast<std::int32_t>(value) : -1;
}

bool is_high_surrogate(std::int32_t c) { return c >= 0xD800 && c <= 0xDBFF; }
bool is_low_surrogate(std::int32_t c) { return c >= 0xDC00 && c <= 0xDFFF; }

}  // namespace

Quotes quotes_of(std::string_view spelling) {
  Quotes quotes;
  if (spelling.starts_with('r')) {
    quotes.before = spelling.starts_with("r\"\"\"") ? 4 : 2;
    quotes.behind = quotes.before - 1;
    quotes.raw = true;
  } else if (spelling.starts_with("\"\"\"")) {
    quotes.before = quotes.behind = 3;
    quotes.raw = true;
  }
  return quotes;
}

std::string with_plain_line_breaks(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\r' && i + 1 < text.size() && text[i + 1] == '\n') continue;
    result += text[i];
  }
  return result;
}

void LiteralReader::unescape(std::uint32_t begin, std::uint32_t end, std::string& out) const {
  const std::string_view text = text_.substr(0, end);
  const auto bad = [&](std::uint32_t at, std::uint32_t length) {
    const std::uint32_t last = std::min(at + length, end);
    mistakes_.add(make_diagnostic(DiagnosticId::kBadEscape, {file_, at, last}, text.substr(at, last - at)));
  };
  for (std::uint32_t at = begin; at < end;) {
    if (text[at] != '\\') {
      out += text[at++];
      continue;
    }
    const char escape = at + 1 < end ? text[at + 1] : '\\';
    std::uint32_t length = 2;
    switch (escape) {
      case '"':
        out += '"';
        break;
      case '\\':
        out += '\\';
        break;
      case '/':
        out += '/';
        break;
      case 'b':
        out += '\b';
        break;
      case 'f':
        out += '\f';
        break;
      case 'n':
        out += '\n';
        break;
      case 'r':
        out += '\r';
        break;
      case 't':
        out += '\t';
        break;
      case 'u': {
        const std::int32_t first = hex4(text.substr(at + 2));
        std::uint32_t point = static_cast<std::uint32_t>(first);
        length = 6;
        if (is_high_surrogate(first) && text.substr(at + 6).starts_with("\\u")) {
          const std::int32_t second = hex4(text.substr(at + 8));
          if (is_low_surrogate(second)) {
            point = 0x10000U + ((point - 0xD800U) << 10U) + (static_cast<std::uint32_t>(second) - 0xDC00U);
            length = 12;
          }
        }
        if (first < 0 || (length == 6 && (is_high_surrogate(first) || is_low_surrogate(first)))) {
          if (first < 0) length = 2;
          bad(at, length);
          break;
        }
        char bytes[4];
        out.append(bytes, utf8::encode(point, bytes));
        break;
      }
      default: {
        const char* p = text.data() + at + 1;
        if (at + 1 < end) utf8::decode(p, text.data() + end);
        length = static_cast<std::uint32_t>(p - text.data()) - at;
        bad(at, length);
      }
    }
    at += length;
  }
}

std::string LiteralReader::text(const Token& token) const {
  const std::string_view written = spelling(token);
  if (token.reported) {
    // Not closed, or in other quotes; said already. The rest of it is good enough to go on with.
    return std::string(written.substr(std::min<std::size_t>(1, written.size())));
  }
  const Quotes quotes = quotes_of(written);
  if (quotes.raw) {
    return with_plain_line_breaks(
        written.substr(quotes.before, written.size() - quotes.before - quotes.behind));
  }
  std::string result;
  unescape(token.begin + quotes.before, token.end - quotes.behind, result);
  return result;
}

std::int64_t LiteralReader::integer(const Token& token, bool negative) const {
  std::uint64_t value = 0;
  const std::string_view digits = spelling(token);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  constexpr auto kLargest = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  if (error == std::errc{} && value <= kLargest) return static_cast<std::int64_t>(value);
  if (error == std::errc{} && negative && value == kLargest + 1)
    return std::numeric_limits<std::int64_t>::min();
  Diagnostic d = make_diagnostic(DiagnosticId::kNumberRange, span(token));
  d.help =
      fmt::format("whole numbers reach from {} to {}", std::numeric_limits<std::int64_t>::min(), kLargest);
  mistakes_.add(std::move(d));
  return 0;
}

ast::Cidr LiteralReader::cidr(const Token& token) const {
  const std::string_view written = spelling(token);
  const std::size_t slash = written.find('/');
  const std::string_view address_text = written.substr(0, slash);
  const auto address = parse_ip(address_text);
  if (!address) {
    mistakes_.add(make_diagnostic(DiagnosticId::kBadAddress,
                                  {file_, token.begin, token.begin + static_cast<std::uint32_t>(slash)},
                                  address_text));
    return {};
  }
  const bool v4 = address_text.find(':') == std::string_view::npos;
  const unsigned longest = v4 ? 32 : 128;
  unsigned bits = 0;
  const std::string_view digits = written.substr(slash + 1);
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), bits);
  if (error != std::errc{} || bits > longest) {
    mistakes_.add(make_diagnostic(DiagnosticId::kBadPrefix,
                                  {file_, token.begin + static_cast<std::uint32_t>(slash), token.end}, digits,
                                  longest));
    return {};
  }
  bits += v4 ? 96 : 0;
  const IpAddress network = mask(*address, bits);
  if (network != *address) {
    Diagnostic d = make_diagnostic(DiagnosticId::kHostBits, span(token), written);
    d.help = fmt::format("the network is {}; a single address is written {}", format_cidr(network, bits),
                         address_text);
    d.repair = Diagnostic::Repair{d.where, format_cidr(network, bits)};
    mistakes_.add(std::move(d));
  }
  return {network, static_cast<std::uint8_t>(bits)};
}

ast::Time LiteralReader::time(const Token& token) const {
  const std::string_view written = spelling(token);
  const bool date = token.kind == TokenKind::kDate;
  const std::size_t clock = written.find('T');
  const bool zone =
      date || written.ends_with('Z') || written.find_first_of("+-", clock) != std::string_view::npos;
  const bool seconds =
      date || (written.size() > clock + 6 && written[clock + 3] == ':' && written[clock + 6] == ':');
  const auto value = zone && seconds ? parse_time(written) : std::nullopt;
  if (value) return {*value};
  Diagnostic d = make_diagnostic(DiagnosticId::kBadTime, span(token), written, date ? "date" : "time");
  if (!zone || !seconds) d.help = "a time is written 2026-01-31T09:00:00Z; Z stands for UTC";
  mistakes_.add(std::move(d));
  return {};
}

ast::Duration LiteralReader::duration(const Token& token) const {
  const std::string_view written = spelling(token);
  const std::size_t digits = written.find_first_not_of("0123456789");
  const std::string_view unit = written.substr(digits);
  std::int64_t scale = 1'000'000;
  if (unit == "s") scale *= 1000;
  if (unit == "m") scale *= 60 * 1000;
  if (unit == "h") scale *= 3600 * 1000;
  if (unit == "d") scale *= std::int64_t{24} * 3600 * 1000;
  if (unit == "w") scale *= std::int64_t{7} * 24 * 3600 * 1000;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(written.data(), written.data() + digits, count);
  if (error == std::errc{} && count <= std::numeric_limits<std::int64_t>::max() / scale)
    return {count * scale};
  mistakes_.add(make_diagnostic(DiagnosticId::kDurationRange, span(token)));
  return {};
}

ast::Literal LiteralReader::value(const Token& token, bool negative) const {
  switch (token.kind) {
    case TokenKind::kWord:
      return token.word == Word::kTrue;
    case TokenKind::kInt:
      return integer(token, negative);
    case TokenKind::kFloat: {
      double value = 0;
      const std::string_view digits = spelling(token);
      const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
      if (error == std::errc{}) return value;
      mistakes_.add(make_diagnostic(DiagnosticId::kNumberRange, span(token)));
      return 0.0;
    }
    case TokenKind::kDuration:
      return duration(token);
    case TokenKind::kDate:
    case TokenKind::kTime:
      return time(token);
    case TokenKind::kIp: {
      if (const auto address = parse_ip(spelling(token))) return *address;
      Diagnostic d = make_diagnostic(DiagnosticId::kBadAddress, span(token), spelling(token));
      if (spelling(token).find(':') == std::string_view::npos) {
        d.help = "an IPv4 address is four numbers from 0 to 255, without leading zeros";
      }
      mistakes_.add(std::move(d));
      return IpAddress{};
    }
    case TokenKind::kCidr:
      return cidr(token);
    case TokenKind::kRegex:
      return ast::Regex{text(token)};
    default:
      return text(token);
  }
}

}  // namespace shrike
