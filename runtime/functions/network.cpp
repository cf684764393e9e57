// Addresses: network is_private asn geo.
#include "runtime/address.hpp"
#include "runtime/functions/topics.hpp"
#include "runtime/geo/geo_cache.hpp"

namespace shrike {
namespace {

constexpr unsigned kV4Offset = 96;

Value network_of(CallContext& context, std::span<const Value> arguments) {
  const IpAddress& address = *arguments[0].address;
  const bool v4 = address.is_v4();
  std::int64_t bits = v4 ? 24 : 64;
  if (arguments[1].kind == Kind::kInt) bits = arguments[1].integer;
  if (bits < 0 || bits > (v4 ? 32 : 128)) return {};
  const unsigned total = static_cast<unsigned>(bits) + (v4 ? kV4Offset : 0);
  auto* const network = context.arena.allocate_array<IpAddress>(1);
  if (network == nullptr) return {};
  *network = mask(address, total);
  return Value::of_cidr(network, total);
}

/// Ranges that are not used on the public internet (IANA special-purpose address registries, RFC 6890):
/// private (RFC 1918, RFC 4193), shared by carriers (RFC 6598), loopback, link-local, unspecified.
/// Documentation ranges count as public.
Value is_private(CallContext&, std::span<const Value> arguments) {
  const auto& b = arguments[0].address->bytes;
  if (!arguments[0].address->is_v4()) {
    bool zeros = true;
    for (std::size_t i = 0; i < 15; ++i) zeros = zeros && b[i] == 0;
    const bool loopback_or_unspecified = zeros && b[15] <= 1;
    const bool unique_local = (b[0] & 0xFE) == 0xFC;
    const bool link_local = b[0] == 0xFE && (b[1] & 0xC0) == 0x80;
    return Value::of_bool(loopback_or_unspecified || unique_local || link_local);
  }
  const unsigned first = b[12];
  const unsigned second = b[13];
  return Value::of_bool(first == 10 || first == 127 || first == 0 ||
                        (first == 172 && second >= 16 && second < 32) || (first == 192 && second == 168) ||
                        (first == 169 && second == 254) || (first == 100 && second >= 64 && second < 128));
}

Value asn(CallContext& context, std::span<const Value> arguments) {
  if (context.geo == nullptr) return {};
  const std::int64_t number = context.geo->find(*arguments[0].address).asn;
  return number != 0 ? Value::of_int(number) : Value{};
}

/// A map of what is known.
Value geo(CallContext& context, std::span<const Value> arguments) {
  constexpr std::uint8_t kPlainName = Value::kAscii | Value::kFolded;
  if (context.geo == nullptr) return {};
  const GeoAnswer& answer = context.geo->find(*arguments[0].address);
  if (!answer.has_country() && !answer.place) return {};
  auto* const entries = context.arena.allocate_array<MapEntry>(2);
  if (entries == nullptr) return {};
  std::size_t count = 0;
  if (answer.has_country()) {
    const std::string_view code = context.arena.copy({answer.country.data(), answer.country.size()});
    if (code.empty()) return {};
    entries[count++] = {Value::of_string("country", kPlainName), Value::of_string(code, Value::kAscii)};
  }
  if (answer.place) {
    auto* const place = context.arena.allocate_array<Place>(1);
    if (place == nullptr) return {};
    *place = *answer.place;
    entries[count++] = {Value::of_string("place", kPlainName), Value::of_place(place)};
  }
  return Value::of_map({entries, count});
}

constexpr FunctionRow kRows[] = {
    {"network(address: ip, bits?: int): cidr", network_of, 8, false,
     "The network around an address: of 24 bits for IPv4 and 64 for IPv6, or of that many bits.",
     "network(203.0.113.7) == 203.0.113.0/24"},
    {"is_private(address: ip): bool", is_private, 6, false,
     "Whether the address is private, shared, loopback or link-local.", "is_private(192.168.1.7)"},
    {"asn(address: ip): int", asn, 300, false,
     "Number of the autonomous system that announces the address; missing without a database.",
     "missing asn(203.0.113.7)"},
    {"geo(address: ip): geo", geo, 300, false, "Country and place of an address; missing without a database.",
     "missing geo(203.0.113.7).country"},
};

}  // namespace

std::span<const FunctionRow> network_functions() { return kRows; }

}  // namespace shrike
