// Mail addresses and domains: domain registrable_domain recipients emails.
#include <libpsl.h>

#include <cstring>

#include "runtime/address.hpp"
#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"
#include "runtime/vm_operations.hpp"

namespace shrike {
namespace {

constexpr std::size_t kLongestDomain = 253;  // RFC 1035
constexpr unsigned kDeepest = 4;             // objects and lists in recipients that are followed

/// Members of objects that hold an address, in the logs and in Microsoft Graph ({"emailAddress": {"address":
/// …}}).
constexpr std::string_view kAddressMembers[] = {"Address", "EmailAddress", "SmtpAddress", "Mail",
                                                "UserPrincipalName"};

bool starts_caseless(std::string_view text, std::string_view lower_case) {
  return text.size() >= lower_case.size() && equal_caseless(text.substr(0, lower_case.size()), lower_case);
}

std::string_view without_scheme(std::string_view text) {
  for (const std::string_view scheme : {"smtp:", "mailto:"}) {
    if (starts_caseless(text, scheme)) return without_blanks(text.substr(scheme.size()));
  }
  return text;
}

/// The address between the last `open` and an ending `close`, empty when there is none.
std::string_view enclosed_address(std::string_view entry, char open, char close) {
  if (!entry.ends_with(close)) return {};
  const std::size_t at = entry.rfind(open);
  if (at == std::string_view::npos) return {};
  const std::string_view inner = without_scheme(without_blanks(entry.substr(at + 1, entry.size() - at - 2)));
  return inner.find('@') == std::string_view::npos ? std::string_view{} : inner;
}

/// One recipient as written: the address of `"Name" [SMTP:x@y]`, `Name <x@y>`, `smtp:x@y`; anything else as
/// it is.
std::string_view address_of(std::string_view entry) {
  entry = without_blanks(entry);
  for (const auto& [open, close] : {std::pair{'[', ']'}, std::pair{'<', '>'}}) {
    if (const std::string_view inner = enclosed_address(entry, open, close); !inner.empty()) return inner;
  }
  entry = without_scheme(entry);
  if (entry.size() > 2 && entry.front() == '"' && entry.find('"', 1) == entry.size() - 1) {
    entry = without_scheme(without_blanks(entry.substr(1, entry.size() - 2)));
  }
  return entry;
}

/// Finds the ends of quoted and bracketed parts; a part that is never closed is no part.
class PartEnds {
 public:
  explicit PartEnds(std::string_view text) : text_(text) {}

  /// Where the part that opens at `at` closes, or `at` itself when it does not.
  std::size_t end_of(std::size_t at) {
    const std::size_t kind = text_[at] == '"' ? 0 : text_[at] == '[' ? 1 : 2;
    if (unclosed_[kind]) return at;
    const std::size_t end = text_.find("\"]>"[kind], at + 1);
    if (end == std::string_view::npos) unclosed_[kind] = true;
    return end == std::string_view::npos ? at : end;
  }

 private:
  std::string_view text_;
  bool unclosed_[3] = {false, false, false};
};

void add_text(std::string_view text, ListBuilder& out, Arena& arena) {
  PartEnds ends(text);
  std::size_t begin = 0;
  for (std::size_t at = 0; at <= text.size(); ++at) {
    if (at < text.size() && text[at] != ';' && text[at] != ',') {
      if (text[at] == '"' || text[at] == '[' || text[at] == '<') at = ends.end_of(at);
      continue;
    }
    const std::string_view entry = address_of(text.substr(begin, at - begin));
    if (!entry.empty() && !equal_caseless(entry, "<null>")) out.append(text_value(entry), arena);
    begin = at + 1;
  }
}

void add_all(const Value& x, unsigned depth, ListBuilder& out, CallContext& context) {
  if (depth > kDeepest) return;
  if (x.kind == Kind::kList) {
    for (const Value& item : x.as_list()) add_all(item, depth + 1, out, context);
  } else if (x.kind == Kind::kMap) {
    for (std::string_view name : kAddressMembers) {
      const Value found = find(x, name);
      if (found.is_missing()) continue;
      add_all(found, depth + 1, out, context);
      break;
    }
  } else if (x.kind == Kind::kString) {
    const std::string_view text = without_blanks(x.as_string());
    if (text.starts_with('[') || text.starts_with('{')) {
      const Value inner = context.json.decode_or_missing(text, context.arena);
      if (!inner.is_missing()) return add_all(inner, depth + 1, out, context);
    }
    add_text(text, out, context.arena);
  }
}

Value recipients(CallContext& context, std::span<const Value> arguments) {
  ListBuilder out{};
  add_all(arguments[0], 0, out, context);
  return out.list();
}

bool is_email(std::string_view text) {
  const std::size_t at = text.rfind('@');
  return at != std::string_view::npos && at > 0 && at + 1 < text.size() &&
         text.find_first_of(" \t\r\n<>[]\"") == std::string_view::npos;
}

Value emails(CallContext& context, std::span<const Value> arguments) {
  const Value all = recipients(context, arguments);
  ListBuilder out{};
  if (all.kind != Kind::kList) return {};
  for (const Value& entry : all.as_list()) {
    if (is_email(entry.as_string())) out.append(entry, context.arena);
  }
  return out.list();
}

/// What follows the last @ of an address; empty when there is none.
std::string_view domain_part(std::string_view address) {
  address = address_of(address);
  const std::size_t at = address.rfind('@');
  if (at == std::string_view::npos) return {};
  std::string_view domain = address.substr(at + 1);
  domain = domain.substr(0, domain.find_first_of(" \t\r\n<>[]\",;"));
  return domain;
}

Value domain(CallContext&, std::span<const Value> arguments) {
  const std::string_view domain = domain_part(arguments[0].as_string());
  return domain.empty() ? Value{} : text_value(domain);
}

/// The host of an address, a URL or a plain name.
std::string_view host_of(std::string_view text) {
  text = without_blanks(text);
  if (const std::size_t scheme = text.find("://"); scheme != std::string_view::npos) {
    text = text.substr(scheme + 3);
    text = text.substr(0, text.find_first_of("/?#"));
    if (const std::size_t user = text.rfind('@'); user != std::string_view::npos)
      text = text.substr(user + 1);
    if (text.starts_with('[')) return {};
    return text.substr(0, text.find(':'));
  }
  if (text.find('@') != std::string_view::npos) return domain_part(text);
  return text;
}

/// By the public suffix list that libpsl carries.
Value registrable_domain(CallContext& context, std::span<const Value> arguments) {
  std::string_view host = host_of(arguments[0].as_string());
  if (host.ends_with('.')) host.remove_suffix(1);
  if (host.empty() || host.size() > kLongestDomain || parse_ip(host)) return {};
  const std::string_view folded = fold_case(host, context.arena);
  char* const name = context.arena.allocate_array<char>(folded.size() + 1);
  const psl_ctx_t* const list = psl_builtin();
  if (name == nullptr || list == nullptr || folded.data() == nullptr ||
      std::memchr(folded.data(), 0, folded.size()))
    return {};
  std::memcpy(name, folded.data(), folded.size());
  name[folded.size()] = '\0';
  const char* const found = psl_registrable_domain(list, name);
  return found == nullptr ? Value{} : text_value({found, std::strlen(found)});
}

constexpr FunctionRow kRows[] = {
    {"domain(address: string): string", domain, 8, false,
     "What follows the last @ of an address; missing when there is none.",
     "domain(\"aiko@contoso.example\") == \"contoso.example\""},
    {"registrable_domain(name: string): string", registrable_domain, 80, false,
     "The part of a domain, address or URL that someone registered, by the public suffix list.",
     "registrable_domain(\"mail.contoso.co.jp\") == \"contoso.co.jp\""},
    {"recipients(x: T): list<string>", recipients, 60, false,
     "The recipients in a text, list or object: split at ; and , and with the address taken out of \"Name\" "
     "[SMTP:x@y], Name <x@y> "
     "and smtp:x@y. Names and other addresses stay as they are.",
     "recipients(\"Aiko <aiko@contoso.example>; smtp:b@c.example\") == [\"aiko@contoso.example\", "
     "\"b@c.example\"]"},
    {"emails(x: T): list<string>", emails, 60, false, "Those recipients that are mail addresses.",
     "emails(\"Aiko; b@c.example\") == [\"b@c.example\"]"},
};

}  // namespace

std::span<const FunctionRow> mail_functions() { return kRows; }

}  // namespace shrike
