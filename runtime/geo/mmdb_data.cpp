#include "runtime/geo/mmdb_data.hpp"

#include <bit>

namespace shrike {

std::uint64_t MmdbData::big_endian(std::uint64_t offset, unsigned count) const {
  std::uint64_t value = 0;
  for (unsigned i = 0; i < count; ++i) value = value << 8 | bytes_[offset + i];
  return value;
}

std::optional<MmdbValue> MmdbData::read(std::uint64_t offset) const {
  const auto has = [&](std::uint64_t count) {
    return offset <= bytes_.size() && count <= bytes_.size() - offset;
  };
  if (!has(1)) return std::nullopt;
  const unsigned control = bytes_[offset++];
  MmdbValue value;
  unsigned type = control >> 5;
  if (type == 1) {
    // The low three bits begin the offset of short pointers; each length starts where the one before ends.
    constexpr std::uint64_t kFrom[] = {0, 2048, 526336, 0};
    const unsigned more = (control >> 3) & 3;
    if (!has(more + 1)) return std::nullopt;
    value.type = MmdbType::kPointer;
    value.target = big_endian(offset, more + 1) + kFrom[more];
    if (more < 3) value.target += std::uint64_t{control & 7} << (8 * (more + 1));
    value.start = value.next = offset + more + 1;
    return value;
  }
  if (type == 0) {
    if (!has(1)) return std::nullopt;
    type = bytes_[offset++] + 7u;
    if (type < 8) return std::nullopt;
  }
  value.size = control & 31;
  if (value.size >= 29) {
    constexpr std::uint32_t kFrom[] = {29, 285, 65821};
    const unsigned more = value.size - 28;
    if (!has(more)) return std::nullopt;
    value.size = static_cast<std::uint32_t>(big_endian(offset, more)) + kFrom[more - 1];
    offset += more;
  }
  value.type = static_cast<MmdbType>(type);
  value.start = value.next = offset;
  std::uint32_t most = 0;
  switch (value.type) {
    case MmdbType::kMap:
    case MmdbType::kArray:
    case MmdbType::kBool:
      return value;
    case MmdbType::kString:
    case MmdbType::kBytes:
      most = value.size;
      break;
    case MmdbType::kDouble:
      if (value.size != 8) return std::nullopt;
      most = 8;
      break;
    case MmdbType::kFloat:
      if (value.size != 4) return std::nullopt;
      most = 4;
      break;
    case MmdbType::kUint16:
      most = 2;
      break;
    case MmdbType::kUint32:
    case MmdbType::kInt32:
      most = 4;
      break;
    case MmdbType::kUint64:
      most = 8;
      break;
    case MmdbType::kUint128:
      most = 16;
      break;
    default:
      return std::nullopt;
  }
  if (value.size > most || !has(value.size)) return std::nullopt;
  value.next = offset + value.size;
  return value;
}

std::optional<MmdbValue> MmdbData::read_through(std::uint64_t offset) const {
  auto value = read(offset);
  if (!value || value->type != MmdbType::kPointer) return value;
  value = read(value->target);
  if (value && value->type == MmdbType::kPointer) return std::nullopt;
  return value;
}

std::optional<std::uint64_t> MmdbData::skip(std::uint64_t offset, unsigned& budget) const {
  // What is in a map or an array follows it, so to go in is to count.
  for (std::uint64_t open = 1; open > 0; --open) {
    if (budget == 0) return std::nullopt;
    --budget;
    const auto value = read(offset);
    if (!value) return std::nullopt;
    if (value->type == MmdbType::kMap) open += std::uint64_t{value->size} * 2;
    if (value->type == MmdbType::kArray) open += value->size;
    offset = value->next;
  }
  return offset;
}

bool MmdbData::is_sound(std::uint64_t offset, unsigned depth, std::int64_t& budget) const {
  struct Walk {
    const MmdbData& data;
    std::int64_t& budget;
    /// The offset behind the value.
    std::optional<std::uint64_t> past(std::uint64_t offset, unsigned depth) {
      const auto value = data.read(offset);
      if (!value || depth == 0) return std::nullopt;
      budget -= 64 + static_cast<std::int64_t>(value->next - value->start);
      if (budget < 0) return std::nullopt;
      if (value->type == MmdbType::kPointer) {
        if (!data.read_through(offset)) return std::nullopt;
        return past(value->target, depth - 1) ? std::optional(value->next) : std::nullopt;
      }
      std::uint64_t inside = 0;
      if (value->type == MmdbType::kMap) inside = std::uint64_t{value->size} * 2;
      if (value->type == MmdbType::kArray) inside = value->size;
      std::optional<std::uint64_t> at = value->next;
      for (; inside > 0 && at; --inside) at = past(*at, depth - 1);
      return at;
    }
  };
  return Walk{*this, budget}.past(offset, depth).has_value();
}

std::optional<std::int64_t> MmdbData::integer(const MmdbValue& value) const {
  switch (value.type) {
    case MmdbType::kUint16:
    case MmdbType::kUint32:
    case MmdbType::kUint64: {
      const std::uint64_t bits = big_endian(value.start, value.size);
      if (bits > INT64_MAX) return std::nullopt;
      return static_cast<std::int64_t>(bits);
    }
    case MmdbType::kInt32:
      // Shorter than four bytes it is not negative.
      return static_cast<std::int32_t>(static_cast<std::uint32_t>(big_endian(value.start, value.size)));
    default:
      return std::nullopt;
  }
}

std::optional<double> MmdbData::number(const MmdbValue& value) const {
  if (value.type == MmdbType::kDouble) return std::bit_cast<double>(big_endian(value.start, 8));
  if (value.type == MmdbType::kFloat)
    return std::bit_cast<float>(static_cast<std::uint32_t>(big_endian(value.start, 4)));
  const auto whole = integer(value);
  return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
}

}  // namespace shrike
