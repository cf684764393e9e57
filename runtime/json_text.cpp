// Values to JSON text. Escaping is minimal and the result is always valid UTF-8.
#include <charconv>
#include <cmath>

#include "runtime/address.hpp"
#include "runtime/json.hpp"
#include "runtime/time_text.hpp"
#include "runtime/utf8.hpp"

namespace shrike {
namespace {

void append_escaped(std::string& out, unsigned char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  out += '\\';
  switch (c) {
    case '"':
      out += '"';
      break;
    case '\\':
      out += '\\';
      break;
    case '\b':
      out += 'b';
      break;
    case '\f':
      out += 'f';
      break;
    case '\n':
      out += 'n';
      break;
    case '\r':
      out += 'r';
      break;
    case '\t':
      out += 't';
      break;
    default:
      out += "u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void append_float(std::string& out, double number) {
  if (!std::isfinite(number)) {
    out += "null";
    return;
  }
  char text[40];
  const auto end = std::to_chars(text, text + sizeof text, number).ptr;
  const std::string_view written(text, static_cast<std::size_t>(end - text));
  out += written;
  if (written.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void append_int(std::string& out, std::int64_t number) {
  char text[24];
  out.append(text, std::to_chars(text, text + sizeof text, number).ptr);
}

template <class Append>
void append_quoted(std::string& out, Append append) {
  out += '"';
  append();
  out += '"';
}

void append_member(std::string& out, std::string_view name, const Value& value) {
  if (out.back() != '{') out += ',';
  append_json_string(out, name);
  out += ':';
  append_json(out, value);
}

}  // namespace

void append_json_string(std::string& out, std::string_view text) {
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  const char* plain = at;
  while (at != end) {
    const auto c = static_cast<unsigned char>(*at);
    if (c >= 0x80) {
      const char* const start = at;
      if (utf8::decode(at, end) < utf8::kInvalid) continue;
      out.append(plain, start);
      out += "\xEF\xBF\xBD";
      plain = at;
    } else if (c < 0x20 || c == '"' || c == '\\') {
      out.append(plain, at);
      append_escaped(out, c);
      plain = ++at;
    } else {
      ++at;
    }
  }
  out.append(plain, end);
  out += '"';
}

void append_json(std::string& out, const Value& value) {
  switch (value.kind) {
    case Kind::kMissing:
      out += "null";
      return;
    case Kind::kBool:
      out += value.boolean ? "true" : "false";
      return;
    case Kind::kInt:
      append_int(out, value.integer);
      return;
    case Kind::kFloat:
      append_float(out, value.number);
      return;
    case Kind::kString:
      append_json_string(out, value.as_string());
      return;
    case Kind::kIp:
      append_quoted(out, [&] { append_ip(out, *value.address); });
      return;
    case Kind::kCidr:
      append_quoted(out, [&] { append_cidr(out, *value.address, value.prefix_bits); });
      return;
    case Kind::kTime:
      append_quoted(out, [&] { append_time(out, value.integer); });
      return;
    case Kind::kDuration:
      append_quoted(out, [&] { append_duration(out, value.integer); });
      return;
    case Kind::kPlace:
      out += "{\"latitude\":";
      append_float(out, value.place->latitude);
      out += ",\"longitude\":";
      append_float(out, value.place->longitude);
      out += '}';
      return;
    case Kind::kList: {
      out += '[';
      bool first = true;
      for (const Value& item : value.as_list()) {
        if (!first) out += ',';
        first = false;
        append_json(out, item);
      }
      out += ']';
      return;
    }
    case Kind::kMap:
      out += '{';
      for (const MapEntry& entry : value.as_map()) append_member(out, entry.name.as_string(), entry.value);
      out += '}';
      return;
    case Kind::kClient:
      out += '{';
      append_member(out, "family", value.client->family);
      append_member(out, "os", value.client->os);
      append_member(out, "device", value.client->device);
      append_member(out, "tool", value.client->tool);
      out += '}';
      return;
  }
}

}  // namespace shrike
