// Lints: what they say, what they leave alone, how they are switched off.
#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>

#include "tests/dsl/checked.hpp"

namespace shrike {
namespace {

using tests::Checked;

/// The lints of a rule that has nothing else to be said about it.
std::string lints(const std::string& condition, const std::string& before = {}) {
  const Checked checked("rule r \"R\" {\n  severity low\n  attack T1114\n" + before + "  on audit where " +
                        condition + "\n  say \"x\"\n}\ntest r { case \"c\" { expect none } }\n");
  CAPTURE(checked.messages());
  CHECK(checked.codes() == "");
  return checked.codes(true);
}

TEST_CASE("an unguarded negation is told") {
  CHECK(lints("not (subject contains \"x\")") == "W0101");
  CHECK(lints("not (params.Name == \"x\")") == "W0101");
  CHECK(lints("has user and not (subject == \"x\" or mailbox == \"y\")") == "W0101");
  CHECK(lints("not (lower(subject) == \"x\")") == "W0101");
  CHECK(lints("operation == \"a\" or not (subject == \"x\")") == "W0101");
  CHECK(lints("not (has user and subject == \"x\")") == "W0101");
}

TEST_CASE("a guarded negation, and what needs no guard, is left alone") {
  CHECK(lints("subject != \"x\" and subject not in [\"y\"]") == "");
  CHECK(lints("has subject and not (subject contains \"x\")") == "");
  CHECK(lints("not (subject contains \"x\") and has subject") == "");
  CHECK(lints("has filled(subject) and not (subject contains \"x\")") == "");
  CHECK(lints("subject contains \"y\" and not (subject contains \"x\")") == "");
  CHECK(lints("not ((subject ?? \"none\") contains \"x\")") == "");
  CHECK(lints("missing subject or not (subject contains \"x\")") == "");
  CHECK(lints("not (has subject and subject == \"x\")") == "");
  CHECK(lints("named and not (subject == \"x\")", "  let named = has subject\n") == "");
  CHECK(lints("not has subject and not (has user)") == "");
  CHECK(lints("not (not (subject == \"x\"))") == "");
  CHECK(lints("not (any a in forward_to: a == \"x\")") == "");
  CHECK(lints("not (class == \"signin\")") == "");
}

TEST_CASE("what is declared and not used is told") {
  CHECK(lints("has user", "  param n: int = 1\n  let a = has user\n") == "W0105 W0106");
  CHECK(Checked("list a: string = [\"x\"]\n").codes(true) == "W0107");
  CHECK(Checked("list a: string = [\"x\"]\nlist b: string = [a]\n").codes(true) == "W0107");
  CHECK(Checked("list a: string = [\"x\"]\ndef f(x: string): bool = x in a\n").codes(true) == "");
}

TEST_CASE("a rule without say, attack and test is told") {
  CHECK(Checked("rule r \"R\" { severity low on audit }\n").codes(true) == "W0102 W0103 W0104");
}

TEST_CASE("an operation that is almost one of those that a list names is told") {
  const auto operation = [](const std::string& condition) {
    return Checked(
               "list rule_operations: string = [\"New-InboxRule\", \"Set-Mailbox\", \"Reset user password\", "
               "\"Send\"]\nlist words: string = [\"Get-Thing\"]\nrule r \"R\" {\n  severity low\n  attack "
               "T1114\n"
               "  on audit where operation in rule_operations or user in words or " +
               condition + "\n  say \"x\"\n}\ntest r { case \"c\" { expect none } }\n")
        .codes(true);
  };
  CHECK(operation("operation == \"New-InboxRul\"") == "W0109");
  CHECK(operation("operation != \"Reset user password.\"") == "W0109");
  CHECK(operation("operation in [\"Sned\", \"Set-Mailbox\", \"Set-Mialbox\"]") == "W0109 W0109");
  CHECK(operation("operation == \"Reest user password\"") == "W0109");
  // As the list has it, another verb, another name, another field, no list of operations, no whole name.
  CHECK(operation("operation == \"new-inboxrule\"") == "");
  CHECK(operation("operation == \"New-Mailbox\" or operation == \"Get-Mailbox\"") == "");
  CHECK(operation("operation == \"Ended\" or operation == \"Update-Something\"") == "");
  CHECK(operation("subject == \"New-InboxRul\"") == "");
  CHECK(operation("operation == \"Get-Thin\"") == "");
  CHECK(operation("operation starts \"New-InboxRul\"") == "");
}

TEST_CASE("a comment on the line or above it switches a lint off") {
  CHECK(Checked("list a: string   // allow W0107\n").codes(true) == "");
  CHECK(Checked("// allow W0107\nlist a: string\n").codes(true) == "");
  CHECK(Checked("// allow W0107\n\nlist a: string\n").codes(true) == "W0107");
  CHECK(Checked("// allow W0102, W0103 W0104\nrule r \"R\" { severity low on audit }\n").codes(true) == "");
  CHECK(Checked("// allow E0205\nrule r \"R\" { severity low on audt }\n").codes() == "E0205");
}

TEST_CASE("a list behind a field of the same name is told") {
  CHECK(Checked("list mailbox: string = [\"x\"]\nrule r \"R\" { severity low attack T1114 on audit where "
                "mailbox == \"x\" say \"x\" }\n"
                "test r { case \"c\" { expect none } }\n")
            .codes(true) == "W0108 W0107");
}

/// Classes, lists and rules that the examples of the language manual read.
constexpr const char* kForExamples = R"(
class signin "Sign-in" {
  time: time  id: string cased  tenant: string  user: string
  ip: ip  asn: int = asn(ip)  prefix: cidr = network(ip)  country: string = geo(ip).country  place: place = geo(ip).place
  user_agent: string  ua: client = ua(user_agent)  session: string  correlation: string
  app: string  outcome: string  error: int  risk: string  managed: bool  interactive: bool  client_app: string  protocol: string
}
class audit "Activity in the Unified Audit Log" {
  time: time  id: string cased  tenant: string  user: string  user_type: int  mailbox: string  operation: string  outcome: string
  ip: ip  session: string  user_agent: string  asn: int = asn(ip)  prefix: cidr = network(ip)  country: string = geo(ip).country
  ua: client = ua(user_agent)  app: string  subject: string  params: map<string>  message_ids: list<string> cased  item_count: int
  forward_to: list<string>
  inbox_rule: record { name: string  forward_to: list<string>  words: list<string>  folder: string  deletes: bool  marks_read: bool }
}
class directory "Change in Entra ID" {
  time: time  id: string cased  tenant: string  user: string  target: string  target_name: string  operation: string  app: string
  scopes: list<string>  old: map<string>  new: map<string>
}
class mail "Message trace" { time: time  id: string cased  tenant: string  sender: string  recipients: list<string> }
list our_domains: string
list inbox_rule_operations: string = ["New-InboxRule", "Set-InboxRule", "UpdateInboxRules"]
list mailbox_operations: string = ["MailItemsAccessed"]
list revocation_operations: string = ["Update StsRefreshTokenValidFrom Timestamp"]
list corporate_networks: cidr
list egress_networks: cidr
list spray_errors: int = [50126, 50053]
list password_correct_errors: int = [50074, 50076]
list legacy_clients: string = ["IMAP4", "POP3"]
list admins: string
list mail_scopes: string = ["Mail.Read"]
list service_types: int = [3, 4, 5]
rule rule_hides_mail "Inbox rule hides mail" { severity high  on audit where inbox_rule.deletes }
rule search_payment_words "Search for payments" { severity medium  on audit where operation == "SearchQueryPerformed" }
)";

TEST_CASE("the examples of the language manual have no mistakes") {
  const char* shared = std::getenv("SHRIKE_SHARED");
  const std::filesystem::path folder = shared != nullptr
                                           ? std::filesystem::path(shared)
                                           : std::filesystem::path(SHRIKE_PROJECT_DIR) / "../shared";
  std::ifstream in(folder / "docs/examples.shrike", std::ios::binary);
  if (!in) {
    std::cout << "skipped: docs/examples.shrike is not in SHRIKE_SHARED\n";
    return;
  }
  std::string text(std::istreambuf_iterator<char>(in), {});
  // The class there is a sketch; the one above has all fields that the rules need.
  const std::size_t begin = text.find("class audit");
  const std::size_t end = text.find("unwrap ual_export");
  REQUIRE(end != std::string::npos);
  text.erase(begin, end - begin);
  const SourceFiles files{{"examples.shrike", text}, {"given.shrike", kForExamples}};
  Diagnostics diagnostics;
  std::vector<ast::File> trees;
  for (std::uint32_t i = 0; i < files.size(); ++i) trees.push_back(parse(files, i, diagnostics));
  const Model model = check(std::move(trees), files, {}, diagnostics);
  for (const Diagnostic& d : diagnostics) {
    CAPTURE(render(d, files));
    CHECK(d.level == DiagnosticLevel::kWarning);
  }
  CHECK(model.rules.size() >= 24);
}

}  // namespace
}  // namespace shrike
