// Requests after Microsoft's reference of Graph v1.0 and of the Exchange Online module. Those of
// confirm_compromised, remove_method, disable_device, the grants and disable_app follow the reference but
// were not tried against a tenant.
#include "runtime/response_actions.hpp"

#include <algorithm>
#include <array>

namespace shrike {
namespace {

constexpr std::array<std::string_view, 1> kUser{"user"};
constexpr std::array<std::string_view, 2> kUserAndMethod{"user", "method"};
constexpr std::array<std::string_view, 1> kDevice{"device"};
constexpr std::array<std::string_view, 1> kGrant{"grant"};
constexpr std::array<std::string_view, 1> kApp{"app"};
constexpr std::array<std::string_view, 1> kMailbox{"mailbox"};
constexpr std::array<std::string_view, 2> kMailboxAndRule{"mailbox", "rule"};
constexpr std::array<std::string_view, 2> kMailboxAndUser{"mailbox", "user"};

using Kind = ResponseAction::Kind;

constexpr std::array kActions{
    ResponseAction{"clear_forwarding", kMailbox, Kind::kCmdlet,
                   "Set-Mailbox -Identity {mailbox} -ForwardingSmtpAddress $null -ForwardingAddress $null "
                   "-DeliverToMailboxAndForward $false",
                   "does not remove forwards made by inbox rules"},
    ResponseAction{"confirm_compromised", kUser, Kind::kGraph,
                   "POST /v1.0/identityProtection/riskyUsers/confirmCompromised {\"userIds\":[\"<object id "
                   "of {user}>\"]}",
                   "does nothing by itself unless a risk policy exists; needs the user's object id"},
    ResponseAction{"disable_app", kApp, Kind::kGraph,
                   "PATCH /v1.0/servicePrincipals(appId='{app}') {\"accountEnabled\":false}",
                   "does not revoke tokens already issued"},
    ResponseAction{"disable_device", kDevice, Kind::kGraph,
                   "PATCH /v1.0/devices/{device} {\"accountEnabled\":false}", ""},
    ResponseAction{"disable_user", kUser, Kind::kGraph, "PATCH /v1.0/users/{user} {\"accountEnabled\":false}",
                   "does not end running access tokens where continuous access evaluation is missing"},
    ResponseAction{"list_grants", kUser, Kind::kGraph, "GET /v1.0/users/{user}/oauth2PermissionGrants",
                   "does not show application permissions"},
    ResponseAction{"list_methods", kUser, Kind::kGraph, "GET /v1.0/users/{user}/authentication/methods", ""},
    ResponseAction{"list_rules", kMailbox, Kind::kGraph,
                   "GET /v1.0/users/{mailbox}/mailFolders/inbox/messageRules",
                   "does not show hidden rules: also Get-InboxRule with -IncludeHidden"},
    ResponseAction{"remove_delegate", kMailboxAndUser, Kind::kCmdlet,
                   "Remove-MailboxPermission -Identity {mailbox} -User {user} -AccessRights FullAccess; "
                   "Remove-RecipientPermission -Identity {mailbox} -Trustee {user} -AccessRights SendAs",
                   "does not remove rights on single folders: Remove-MailboxFolderPermission"},
    ResponseAction{"remove_grant", kGrant, Kind::kGraph, "DELETE /v1.0/oauth2PermissionGrants/{grant}",
                   "does not revoke tokens already issued"},
    ResponseAction{"remove_method", kUserAndMethod, Kind::kGraph,
                   "DELETE /v1.0/users/{user}/authentication/{method}",
                   "does not end sessions; the method is its typed path, as phoneMethods/<id>"},
    ResponseAction{"remove_rule", kMailboxAndRule, Kind::kGraph,
                   "DELETE /v1.0/users/{mailbox}/mailFolders/inbox/messageRules/{rule}",
                   "does not remove forwarding of the mailbox itself"},
    ResponseAction{
        "reset_password", kUser, Kind::kGraph,
        "PATCH /v1.0/users/{user} "
        "{\"passwordProfile\":{\"forceChangePasswordNextSignIn\":true,\"password\":\"<new password>\"}}",
        "does not remove authentication methods, inbox rules or grants"},
    ResponseAction{"revoke_sessions", kUser, Kind::kGraph, "POST /v1.0/users/{user}/revokeSignInSessions",
                   "does not end running access tokens (an hour by default) nor cookies of applications, nor "
                   "remove rules, forwards, grants, methods"},
};

constexpr char kHex[] = "0123456789ABCDEF";

void append_percent_encoded(std::string& out, std::string_view text, bool keep_slash) {
  for (const char c : text) {
    const bool is_plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                          c == '-' || c == '.' || c == '_' || c == '~' || c == '@' ||
                          (c == '/' && keep_slash);
    if (is_plain) {
      out += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    out += '%';
    out += kHex[byte >> 4U];
    out += kHex[byte & 15U];
  }
}

void append_json_escaped(std::string& out, std::string_view text) {
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (byte < 0x20) {
      out += "\\u00";
      out += kHex[byte >> 4U];
      out += kHex[byte & 15U];
    } else {
      out += c;
    }
  }
}

/// PowerShell takes typographic single quotes for quotes as well, so all of them are doubled.
void append_quoted(std::string& out, std::string_view text) {
  out += '\'';
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i, 3);
    if (text[i] == '\'') {
      out += "''";
    } else if (rest == "\u2018" || rest == "\u2019" || rest == "\u201A" || rest == "\u201B") {
      out.append(rest).append(rest);
      i += 2;
    } else {
      out += static_cast<unsigned char>(text[i]) < 0x20 ? ' ' : text[i];
    }
  }
  out += '\'';
}

}  // namespace

std::span<const ResponseAction> response_actions() { return kActions; }

const ResponseAction* find_response_action(std::string_view name) {
  const auto found = std::find_if(kActions.begin(), kActions.end(),
                                  [&](const ResponseAction& row) { return row.name == name; });
  return found == kActions.end() ? nullptr : &*found;
}

std::string request_of(std::string_view action, std::span<const std::string> arguments) {
  const ResponseAction* row = find_response_action(action);
  if (row == nullptr) return {};
  const std::string_view text = row->request;
  const std::size_t body = row->kind == Kind::kGraph ? std::min(text.find(" {"), text.size()) : text.size();
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t close = text[i] == '{' ? text.find('}', i) : std::string_view::npos;
    const std::string_view name =
        close == std::string_view::npos ? std::string_view() : text.substr(i + 1, close - i - 1);
    const auto parameter = std::find(row->parameters.begin(), row->parameters.end(), name);
    const auto index = static_cast<std::size_t>(parameter - row->parameters.begin());
    if (name.empty() || parameter == row->parameters.end() || index >= arguments.size()) {
      out += text[i++];
      continue;
    }
    if (row->kind == Kind::kCmdlet) {
      append_quoted(out, arguments[index]);
    } else if (i > body) {
      append_json_escaped(out, arguments[index]);
    } else {
      append_percent_encoded(out, arguments[index], name == "method");
    }
    i = close + 1;
  }
  return out;
}

}  // namespace shrike
