// Writes databases of addresses for tests, in the MaxMind DB format (https://maxmind.github.io/MaxMind-DB/).
//   MmdbWriter writer(6);
//   writer.add("192.0.2.0/24", {{"country", {{"iso_code", "JP"}}}});
//   const std::string bytes = writer.bytes();
// A longer network wins over a shorter one, in whatever order they are added; none may be added twice.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/address.hpp"

namespace shrike::test {

/// A data section. JSON integers become uint32 (int32 when negative, uint64 when large), other numbers
/// double. A map, array or string that was written before is written as a pointer, as real writers do.
class MmdbSection {
 public:
  std::string bytes;

  std::uint32_t add(const nlohmann::json& value) {
    const auto at = static_cast<std::uint32_t>(bytes.size());
    const auto known = written_.find(value.dump());
    if (known != written_.end()) {
      pointer(known->second);
      return at;
    }
    // Known from here on, but never to what it holds itself: that is shorter.
    if (value.is_structured() || value.is_string()) written_.emplace(value.dump(), at);
    if (value.is_object()) {
      control(7, value.size());
      for (const auto& [name, inner] : value.items()) {
        add(name);
        add(inner);
      }
    } else if (value.is_array()) {
      control(11, value.size());
      for (const auto& inner : value) add(inner);
    } else if (value.is_string()) {
      control(2, value.get_ref<const std::string&>().size());
      bytes += value.get_ref<const std::string&>();
    } else if (value.is_boolean()) {
      control(14, value.get<bool>() ? 1 : 0);
    } else if (value.is_number_float()) {
      control(3, 8);
      big_endian(std::bit_cast<std::uint64_t>(value.get<double>()), 8);
    } else if (value.is_number_integer() && value.get<std::int64_t>() < 0) {
      control(8, 4);
      big_endian(static_cast<std::uint32_t>(value.get<std::int32_t>()), 4);
    } else {
      number(value.get<std::uint64_t>() > 0xFFFFFFFF ? 9 : 6, value.get<std::uint64_t>());
    }
    return at;
  }
  void number(unsigned type, std::uint64_t value) {
    const auto size = static_cast<unsigned>((std::bit_width(value) + 7) / 8);
    control(type, size);
    big_endian(value, size);
  }
  void control(unsigned type, std::size_t size) {
    const unsigned low = size < 29 ? static_cast<unsigned>(size) : size < 285 ? 29 : size < 65821 ? 30 : 31;
    bytes += static_cast<char>((type < 8 ? type << 5 : 0) | low);
    if (type >= 8) bytes += static_cast<char>(type - 7);
    if (low == 29) big_endian(size - 29, 1);
    if (low == 30) big_endian(size - 285, 2);
    if (low == 31) big_endian(size - 65821, 3);
  }
  void pointer(std::uint32_t to) {
    if (to < 2048) {
      bytes += static_cast<char>(0x20 | to >> 8);
      big_endian(to & 0xFF, 1);
    } else if (to < 526336) {
      bytes += static_cast<char>(0x28 | (to - 2048) >> 16);
      big_endian((to - 2048) & 0xFFFF, 2);
    } else {
      bytes += '\x38';
      big_endian(to, 4);
    }
  }
  void big_endian(std::uint64_t value, unsigned size) {
    while (size > 0) bytes += static_cast<char>(value >> (8 * --size));
  }

 private:
  std::map<std::string, std::uint32_t> written_;
};

class MmdbWriter {
 public:
  explicit MmdbWriter(unsigned ip_version = 6, unsigned record_bits = 28)
      : ip_version_(ip_version), record_bits_(record_bits) {}

  std::string type = "Test";
  std::uint64_t build_epoch = 1'772'409'600;  ///< 2026-03-02
  /// What stands at the beginning of the data section, whoever points to it.
  MmdbSection data;

  void add(std::string_view network, const nlohmann::json& record) {
    const auto parsed = parse_cidr(network);
    if (!parsed) throw std::invalid_argument("no network: " + std::string(network));
    networks_.push_back({*parsed, data.add(record)});
  }
  /// The same with an offset of one's own in the data section.
  void add_at(std::string_view network, std::uint32_t offset) {
    networks_.push_back({*parse_cidr(network), offset});
  }

  std::string bytes() const {
    std::vector<std::pair<Network, std::uint32_t>> networks = networks_;
    std::sort(networks.begin(), networks.end(),
              [](const auto& a, const auto& b) { return a.first.bits < b.first.bits; });
    std::vector<Node> nodes(1);
    for (const auto& [network, offset] : networks) insert(nodes, network, offset);
    MmdbSection out;
    for (const Node& node : nodes) {
      std::array<std::uint32_t, 2> records{};
      for (std::size_t side = 0; side < 2; ++side) {
        const auto count = static_cast<std::uint32_t>(nodes.size());
        const Record& record = node[side];
        records[side] = record.kind == 'n'   ? record.value
                        : record.kind == 'd' ? count + 16 + record.value
                                             : count;
      }
      if (record_bits_ == 28) {
        out.big_endian(records[0] & 0xFFFFFF, 3);
        out.big_endian((records[0] >> 24) << 4 | records[1] >> 24, 1);
        out.big_endian(records[1] & 0xFFFFFF, 3);
      } else {
        out.big_endian(records[0], record_bits_ / 8);
        out.big_endian(records[1], record_bits_ / 8);
      }
    }
    return out.bytes + std::string(16, '\0') + data.bytes + metadata(nodes.size());
  }

 private:
  /// kind: 'n' a node, 'd' an offset in the data section, 'e' empty.
  struct Record {
    char kind = 'e';
    std::uint32_t value = 0;
  };
  using Node = std::array<Record, 2>;

  void insert(std::vector<Node>& nodes, const Network& network, std::uint32_t offset) const {
    // An IPv4 network stands at ::a.b.c.d in a tree of IPv6, without the ffff of the mapped form.
    const bool v4 = network.address.is_v4() && network.bits >= 96;
    std::array<std::uint8_t, 16> path = network.address.bytes;
    if (v4) path[10] = path[11] = 0;
    const unsigned first = ip_version_ == 4 ? 96 : 0;
    std::size_t node = 0;
    for (unsigned bit = first; bit < network.bits; ++bit) {
      Record& record = nodes[node][path[bit / 8] >> (7 - bit % 8) & 1];
      if (bit + 1u == network.bits) {
        record = {'d', offset};
      } else if (record.kind == 'n') {
        node = record.value;
      } else {
        const Record before = record;
        record = {'n', static_cast<std::uint32_t>(nodes.size())};
        node = record.value;
        nodes.push_back({before, before});
      }
    }
  }

  std::string metadata(std::size_t node_count) const {
    MmdbSection out;
    out.control(7, 9);
    const auto number = [&](std::string_view name, unsigned type_number, std::uint64_t value) {
      out.add(name);
      out.number(type_number, value);
    };
    number("binary_format_major_version", 5, 2);
    number("binary_format_minor_version", 5, 0);
    number("build_epoch", 9, build_epoch);
    number("ip_version", 5, ip_version_);
    number("node_count", 6, node_count);
    number("record_size", 5, record_bits_);
    out.add("database_type");
    out.add(type);
    out.add("description");
    out.add({{"en", "Made by a test"}});
    out.add("languages");
    out.add(nlohmann::json::array({"en"}));
    return "\xab\xcd\xefMaxMind.com" + out.bytes;
  }

  unsigned ip_version_, record_bits_;
  std::vector<std::pair<Network, std::uint32_t>> networks_;
};

}  // namespace shrike::test
