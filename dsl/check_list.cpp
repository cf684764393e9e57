// Lists and tables: their values from the text of the rules or from files beside it.
#include <algorithm>
#include <map>

#include "dsl/check_context.hpp"
#include "runtime/utf8.hpp"

namespace shrike {
namespace {

constexpr std::size_t kMaxBadLines = 5;
constexpr std::size_t kMaxListFile = 64U << 20U;

std::string_view trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t' || text.front() == '\r'))
    text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t' || text.back() == '\r'))
    text.remove_suffix(1);
  return text;
}

bool is_utf8(std::string_view text) {
  const char* at = text.data();
  const char* end = at + text.size();
  while (at < end) {
    if (utf8::decode(at, end) >= utf8::kInvalid) return false;
  }
  return true;
}

/// Calls `visit` with every line that holds a value, and its number from 1.
template <class Visit>
void for_each_line(std::string_view text, const Visit& visit) {
  if (text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
  std::size_t number = 0;
  while (!text.empty()) {
    ++number;
    const std::size_t end = text.find('\n');
    const std::string_view line = trim(text.substr(0, end));
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.front() != '#') visit(line, number);
  }
}

/// A shortened text for a message.
std::string excerpt(std::string_view text) {
  std::string out;
  const char* at = text.data();
  const char* end = at + text.size();
  for (std::size_t count = 0; at < end; ++count) {
    if (count == 40) return out + "…";
    const char* begin = at;
    const std::uint32_t point = utf8::decode(at, end);
    if (point < 0x20 || point == 0x7F || point >= utf8::kInvalid) {
      out += '?';
    } else {
      out.append(begin, at);
    }
  }
  return out;
}

/// The fields of a CSV line; nothing when a quote is not closed or text follows it.
std::optional<std::vector<std::string>> split_csv(std::string_view line) {
  std::vector<std::string> fields;
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    std::string field;
    if (at < line.size() && line[at] == '"') {
      ++at;
      while (true) {
        if (at >= line.size()) return std::nullopt;
        if (line[at] == '"') {
          if (at + 1 < line.size() && line[at + 1] == '"') {
            field += '"';
            at += 2;
            continue;
          }
          ++at;
          break;
        }
        field += line[at++];
      }
      while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
      if (at < line.size() && line[at] != ',') return std::nullopt;
    } else {
      const std::size_t end = std::min(line.find(',', at), line.size());
      field = std::string(trim(line.substr(at, end - at)));
      at = end;
    }
    fields.push_back(std::move(field));
    if (at >= line.size()) return fields;
    ++at;
  }
}

}  // namespace

std::optional<std::string> Checker::load_file(const ast::Text& from) {
  if (from.span.file >= sources_.size() || !loader_) {
    report(DiagnosticId::kFileUnreadable, from.span, "files cannot be read here");
    return std::nullopt;
  }
  if (from.text.empty() || from.text.find('\0') != std::string::npos) {
    report(DiagnosticId::kFileUnreadable, from.span, "this is no name of a file");
    return std::nullopt;
  }
  auto text = loader_(sources_[from.span.file].name, from.text);
  if (!text) {
    report(DiagnosticId::kFileUnreadable, from.span, text.error().message);
    return std::nullopt;
  }
  if (text->size() > kMaxListFile) {
    report(DiagnosticId::kFileUnreadable, from.span, "it is larger than 64 MiB");
    return std::nullopt;
  }
  if (!is_utf8(*text)) {
    report(DiagnosticId::kFileUnreadable, from.span, "it is not UTF-8");
    return std::nullopt;
  }
  return std::move(*text);
}

void Checker::check_lists() {
  list_progress_.assign(model_.lists.size(), Progress::kNone);
  for (ListInfo& list : model_.lists) {
    list.element = resolve_scalar(list.decl->element, "a list").value_or(TypeKind::kNone);
  }
  for (std::uint32_t i = 0; i < model_.lists.size(); ++i) resolve_list(i);
}

void Checker::resolve_list(std::uint32_t index) {
  ListInfo& list = model_.lists[index];
  if (list_progress_[index] == Progress::kDone) return;
  if (list_progress_[index] == Progress::kBusy || depth_ >= kMaxExprDepth) {
    report(DiagnosticId::kListCycle, list.decl->name.span, list.decl->name.text);
    return;
  }
  list_progress_[index] = Progress::kBusy;
  ++depth_;
  if (list.element != TypeKind::kNone && list.decl->values) {
    const Type type{TypeKind::kList, list.element, 1, false};
    auto values = constants(*list.decl->values, type, "the value of a list");
    if (values) model_.lists[index].values = std::move(*values);
  } else if (list.element != TypeKind::kNone && list.decl->from) {
    const ast::Text& from = *list.decl->from;
    std::size_t bad = 0;
    if (const auto text = load_file(from)) {
      for_each_line(*text, [&](std::string_view line, std::size_t number) {
        std::string_view value = line;
        // A text may hold `#`; nothing else does.
        if (list.element != TypeKind::kString) value = trim(value.substr(0, value.find('#')));
        if (auto literal = parse_literal(value, list.element)) {
          list.values.push_back(std::move(*literal));
        } else if (++bad <= kMaxBadLines) {
          report(DiagnosticId::kBadLine, from.span, number, from.text,
                 fmt::format("is no {}: `{}`", name_of(list.element), excerpt(line)));
        }
      });
    }
  }
  --depth_;
  list_progress_[index] = Progress::kDone;
}

void Checker::check_tables() {
  for (TableInfo& table : model_.tables) {
    const ast::TableDecl& decl = *table.decl;
    const auto key = resolve_scalar(decl.key, "a key of a table");
    const auto value = resolve_scalar(decl.value, "a table");
    if (key && *key != TypeKind::kString && *key != TypeKind::kCidr && *key != TypeKind::kIp &&
        *key != TypeKind::kInt) {
      report(DiagnosticId::kElementType, decl.key.span, "a key of a table", decl.key.text).help =
          "keys are string, int, ip or cidr (longest match)";
      continue;
    }
    if (!key || !value) continue;
    table.key = *key;
    table.value = *value;
    const auto text = load_file(decl.from);
    if (!text) continue;
    std::size_t bad = 0;
    std::map<std::string, std::size_t> seen;
    for_each_line(*text, [&](std::string_view line, std::size_t number) {
      const auto complain = [&](std::string reason) {
        if (++bad <= kMaxBadLines)
          report(DiagnosticId::kBadLine, decl.from.span, number, decl.from.text, reason);
      };
      const auto fields = split_csv(line);
      if (!fields || fields->size() != 2) {
        complain("is not `key,value`");
        return;
      }
      auto key_literal = parse_literal((*fields)[0], table.key);
      auto value_literal = parse_literal((*fields)[1], table.value);
      if (!key_literal || !value_literal) {
        const std::size_t wrong = key_literal ? 1 : 0;
        complain(fmt::format("has no {}: `{}`", name_of(wrong == 0 ? table.key : table.value),
                             excerpt((*fields)[wrong])));
        return;
      }
      const auto [entry, is_new] = seen.try_emplace((*fields)[0], number);
      if (!is_new) {
        complain(fmt::format("has the key of line {} again", entry->second));
        return;
      }
      table.entries.emplace_back(std::move(*key_literal), std::move(*value_literal));
    });
  }
}

}  // namespace shrike
