// Internet addresses and networks to and from text. Pure, thread safe, without allocation except where text
// is returned. An IPv4 address is the same as its IPv4-mapped IPv6 form everywhere (see IpAddress in
// shrike/value.hpp).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "shrike/value.hpp"

namespace shrike {

/// A network: host bits are zero, `bits` counts on the 16-byte form (a v4 /24 is 120).
struct Network {
  IpAddress address;
  std::uint8_t bits = 128;
  friend bool operator==(const Network&, const Network&) = default;
};

/// Exactly one address: "203.0.113.7" (four decimal numbers without leading zeros) or RFC 4291 text of any
/// form and case, IPv4 tails included. No blanks, brackets, ports, zone ids.
std::optional<IpAddress> parse_ip(std::string_view text) noexcept;

/// An address as logs write it: also with blanks around it, a port ("1.2.3.4:443", "[v6]:443"), brackets, a
/// zone id
/// ("fe80::1%eth0"). Nothing for host names, "", "<null>" and the like.
std::optional<IpAddress> parse_ip_lenient(std::string_view text) noexcept;

/// "10.0.0.0/8", "2001:db8::/32"; a single address is its own network. Host bits that are set are cleared.
std::optional<Network> parse_cidr(std::string_view text) noexcept;

/// Keeps the leading `bits` (on the 16-byte form, at most 128).
IpAddress mask(const IpAddress& address, unsigned bits) noexcept;

/// Whether an address lies in a network. An IPv4 address is in no network that is shorter than the IPv4 range
/// ("::/0" holds IPv6 only; "0.0.0.0/0" all of IPv4).
bool in_network(const IpAddress& address, const IpAddress& network, unsigned bits) noexcept;

/// RFC 5952 text; IPv4 (mapped or not) as "203.0.113.7".
std::string format_ip(const IpAddress& address);
/// With the length as people write it: v4 networks count from the v4 part.
std::string format_cidr(const IpAddress& network, unsigned bits);

void append_ip(std::string& out, const IpAddress& address);
void append_cidr(std::string& out, const IpAddress& network, unsigned bits);

}  // namespace shrike
