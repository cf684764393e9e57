// The attacks. Each comes in three variants: below the thresholds of the rules that it meets, at them, above
// them. What is claimed of a step is what the standard library's README and the plan of its rules say, not
// what a run gave.
#include <string>
#include <utility>
#include <vector>

#include "tests/tenant/stage.hpp"

namespace shrike::tenant {
namespace {

enum class Variant : std::uint8_t { kBelow, kAt, kAbove };
constexpr const char* kVariantNames[] = {"below", "at", "above"};

constexpr const char* kLinuxAgent = "Mozilla/5.0 (X11; Linux x86_64; rv:147.0) Gecko/20100101 Firefox/147.0";
constexpr const char* kKitAgent = "axios/1.7.9";

template <typename T>
const T& choose(Variant v, const T& below, const T& at, const T& above) {
  return v == Variant::kBelow ? below : v == Variant::kAt ? at : above;
}

/// One course of one scenario.
struct Course {
  Stage& stage;
  std::string scenario;
  Variant variant;
  std::string name;
  Person& victim;
  Moment begins;
  std::uint64_t servers;  ///< number of the attacker's first server

  bool at_least(Variant v) const { return variant >= v; }
  void step(const char* what, Moment time, Claims claims) {
    Label label;
    label.attack = true;
    label.scenario = scenario;
    label.variant = kVariantNames[static_cast<std::size_t>(variant)];
    label.case_name = name;
    label.step = what;
    label.user = victim.upn;
    label.time = time;
    label.claims = std::move(claims);
    stage.labels.begin(std::move(label));
  }
  Spot server(std::uint64_t number) { return stage.people.server(servers + number, stage.random); }

  Signin signin(Moment time, const Spot& from, const std::string& session, const char* agent) {
    Signin s = Signin::of(victim, time, from);
    s.device = nullptr;
    s.agent = agent;
    s.os = std::string(agent) == kLinuxAgent ? "Linux" : "Windows10";
    s.session = session;
    s.tells_session = true;
    return s;
  }
  MailAct web_mail(Moment time, const Spot& from, const std::string& session) {
    MailAct act = stage.mail(victim, time, from, MailClient::kWeb, session);
    act.agent = kLinuxAgent;
    return act;
  }
  /// Password, second factor and prompt, relayed by a proxy that keeps the cookie. Gives the session.
  std::string proxied_signin(Moment time, const Spot& proxy, const char* agent, bool prompt) {
    const std::string session = stage.random.guid();
    Signin s = signin(time, proxy, session, agent);
    s.app = s.resource = kOfficeHome;
    s.correlation = stage.random.guid();
    s.error = 50074;
    stage.logs.signin(s);
    s.time += 25;
    if (prompt) {
      s.error = 50140;
      s.request_type = "Kmsi:kmsi";
      stage.logs.signin(s);
      s.time += 6;
    }
    s.error = 0;
    s.request_type = "OAuth2:Authorize";
    s.detail = "MFA completed in Azure AD";
    stage.logs.signin(s);
    return session;
  }
  void read_mail(Moment time, const Spot& from, const std::string& session, int reads) {
    for (int i = 0; i < reads; ++i) {
      std::vector<Item> items;
      for (int n = 0; n < 4; ++n) items.push_back(stage.logs.message(stage.random.pick(kSubjects)));
      stage.logs.mail_read(web_mail(time + i * 40, from, session), items);
    }
  }
};

/// A colleague is phished through a proxy; his cookie is used from elsewhere; a rule hides the answers to
/// false invoices, which go out in a burst and are erased.
void aitm_fraud(Course& c) {
  Stage& stage = c.stage;
  const Spot proxy = c.server(0), reader = c.server(1);
  Moment time = c.begins;

  c.step("sign-in through the proxy", time,
         choose(c.variant, Claims{}, in_either({"aitm_officehome_triad"}),
                in_either({"aitm_officehome_triad", "aitm_kit_fingerprint"})));
  const std::string session = c.proxied_signin(
      time, proxy, c.variant == Variant::kAbove ? kKitAgent : c.victim.computer.browser_agent.c_str(),
      c.at_least(Variant::kAt));

  time += 5 * kMinute;
  c.step("token renewed from a second server", time,
         in_either({"session_asn_split", "session_replayed_elsewhere"}));
  Signin renewed = c.signin(time, reader, session, kLinuxAgent);
  renewed.interactive = false;
  renewed.request_type = "OAuth2:Token";
  renewed.incoming = "refreshToken";
  renewed.app = kWebMail;
  stage.logs.signin(renewed);

  // From a third network: that of the second server is one that the session signed in from.
  const Spot third = c.server(2);
  time += 6 * kMinute;
  c.step("mail read from a third server", time, in_audit({"session_ual_replay"}));
  c.read_mail(time, third, session, 8);

  time += 12 * kMinute;
  c.step("rule that hides the answers", time,
         choose(c.variant, Claims{}, in_audit({"rule_hides_mail", "chain_aitm_to_rule"}),
                in_audit({"rule_hides_mail", "rule_obfuscated_name", "chain_aitm_to_rule"})));
  if (c.variant == Variant::kAbove) {
    stage.logs.cmdlet(stage.inbox_rule(c.victim, time, third, session, "..",
                                       {{"SubjectOrBodyContainsWords", "invoice;payment;bank"},
                                        {"DeleteMessage", "True"},
                                        {"MarkAsRead", "True"},
                                        {"StopProcessingRules", "True"}}));
  } else {
    stage.logs.cmdlet(
        stage.inbox_rule(c.victim, time, third, session, "Fabrikam project",
                         {{"SubjectContainsWords", "fabrikam"},
                          {"MoveToFolder", c.variant == Variant::kBelow ? "Archive" : "RSS Feeds"},
                          {"MarkAsRead", "True"}}));
  }

  time += 20 * kMinute;
  // The victim sends some mail of his own in that hour.
  const int messages = choose(c.variant, 45, 50, 80);
  c.step("burst of mail", time,
         choose(c.variant, Claims{}, in_audit({"mass_send", "chain_full_bec"}),
                in_audit({"mass_send", "chain_full_bec"})));
  std::vector<Item> sent;
  for (int i = 0; i < messages; ++i) {
    // One subject for each of ten suppliers.
    sent.push_back(stage.logs.message("Invoice " + std::to_string(4400 + i % 10) + ": new bank account"));
    stage.logs.mail_item(c.web_mail(time + i * 50 * kMinute / messages, third, session), "Send", sent.back(),
                         "\\Drafts");
  }

  time += 55 * kMinute;
  c.step("sent mail erased", time,
         choose(c.variant, Claims{}, in_audit({"send_then_erase"}), in_audit({"send_then_erase"})));
  const auto erased = c.variant == Variant::kAbove ? std::vector<Item>(sent.end() - 10, sent.end())
                                                   : std::vector<Item>(sent.end() - 1, sent.end());
  // Below: later than the hour that is looked at.
  if (c.variant == Variant::kBelow) time += 70 * kMinute;
  stage.logs.mail_erased(c.web_mail(time, third, session), "HardDelete", erased, "\\Sent Items");
}

/// The victim types in a code for the attacker, whose program then reads and forwards his mail.
void device_code(Course& c) {
  Stage& stage = c.stage;
  const Spot attacker = c.server(0);
  Moment time = c.begins;
  const std::string session = stage.random.guid();

  c.step("code typed in", time,
         choose(c.variant, Claims{}, in_either({"devicecode_first_seen"}),
                in_either({"devicecode_first_seen"}) +
                    in_entra({"devicecode_broker_mail", "idp_risk_high_value"})));
  Signin s = c.signin(time, attacker, session,
                      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
                      "Chrome/144.0.0.0 Safari/537.36");
  s.correlation = stage.random.guid();
  s.app = c.variant == Variant::kAbove ? kBroker : kAzureCli;
  s.resource = c.variant == Variant::kAbove ? kExchange : kGraph;
  s.protocol = "deviceCode";
  s.transfer = "deviceCodeFlow";
  s.request_type = "Cmsi:Cmsi";
  s.client_app = "Mobile Apps and Desktop clients";
  s.error = 50199;
  stage.logs.signin(s);
  if (c.variant == Variant::kBelow) return stage.labels.end();  // the user stops at the question
  s.time += 20;
  s.error = 0;
  if (c.variant == Variant::kAbove) s.risk = "medium";
  stage.logs.signin(s);
  if (c.variant == Variant::kAbove) {
    Risk risk;
    risk.time = s.time;
    risk.who = &c.victim;
    risk.from = attacker;
    risk.type = "anonymizedIPAddress";
    risk.level = "medium";
    risk.agent = s.agent;
    stage.logs.risk(risk);
  }

  time += 15 * kMinute;
  c.step("mail read by a program", time, {});
  for (int i = 0; i < 6; ++i) {
    MailAct act = stage.mail(c.victim, time + i * 30, attacker, MailClient::kRest, session);
    act.app = s.app.id;
    stage.logs.mail_read(act, {stage.logs.message("Invoice 2026-0318"), stage.logs.message("Order 4471")});
  }

  time += 30 * kMinute;
  c.step("forward by a rule", time, in_audit({"rule_external_forward", "chain_aitm_to_rule"}));
  Cmdlet rule = stage.inbox_rule(c.victim, time, attacker, session, "Sync",
                                 {{"ForwardTo", "collector" + std::to_string(c.servers) + "@mailbox.test"}});
  rule.app = s.app.id;
  stage.logs.cmdlet(rule);
}

/// Passwords are tried over IMAP; one is right; the second factor is got by tiring the victim; another
/// account is tried by force.
void spray_to_legacy(Course& c) {
  Stage& stage = c.stage;
  const Spot sprayer = c.server(0);
  Moment time = c.begins;
  const auto imap = [&](const Person& who, Moment when, int error) {
    Signin s = Signin::of(who, when, sprayer);
    s.device = nullptr;
    s.os = "";
    s.agent = "BAV2ROPC";
    s.client_app = "IMAP4";
    s.request_type = "OAuth2:Token";
    s.error = error;
    stage.logs.signin(s);
  };

  const int accounts = choose(c.variant, 4, 5, 40);
  c.step("passwords tried over IMAP", time,
         choose(c.variant, Claims{}, in_either({"spray_source", "legacy_auth_spray"}),
                in_either({"spray_source", "legacy_auth_spray"})));
  // Below: nine failures on four accounts; at: ten on five.
  const int failures = choose(c.variant, 9, 10, 80);
  std::vector<const Person*> tried;
  for (int i = 0; i < accounts; ++i) tried.push_back(&stage.people.someone());
  for (int i = 0; i < failures; ++i)
    imap(*tried[static_cast<std::size_t>(i % accounts)], time + i * (15 * kMinute / failures), 50126);

  time += 18 * kMinute;
  c.step("one password is right", time,
         in_either({"ropc_bav2", "legacy_auth_attempt", "legacy_auth_success_new"}) +
             (c.at_least(Variant::kAt) ? in_either({"spray_then_valid"}) : Claims{}));
  imap(c.victim, time, 0);

  time += 5 * kMinute;
  c.step("mail read over IMAP", time, {});
  for (int i = 0; i < 5; ++i) {
    MailAct act = stage.mail(c.victim, time + i * 20, sprayer, MailClient::kImap, "");
    stage.logs.mail_sync(act, "\\Inbox");
  }

  time += 20 * kMinute;
  const int denials = choose(c.variant, 1, 2, 6);
  c.step("second factor approved at last", time,
         c.at_least(Variant::kAt) ? in_either({"mfa_fatigue_then_success"}) : Claims{});
  const Spot browser = c.server(1);
  Signin s = c.signin(time, browser, "", kLinuxAgent);
  s.app = kWebMail;
  s.error = 500121;
  s.detail = "MFA denied; user declined the authentication";
  for (int i = 0; i < denials; ++i) {
    s.time = time + i * 70;
    stage.logs.signin(s);
  }
  s.time = time + denials * 70;
  s.error = 0;
  s.detail = "MFA completed in Azure AD";
  s.session = stage.random.guid();
  stage.logs.signin(s);

  time += 40 * kMinute;
  const int tries = choose(c.variant, 9, 10, 25);
  c.step("one account by force", time,
         c.at_least(Variant::kAt) ? in_either({"brute_force_account"}) : Claims{});
  const Person& other = stage.people.someone(Role::kFinance);
  for (int i = 0; i < tries; ++i) {
    Signin f = Signin::of(other, time + i * 30, sprayer);
    f.device = nullptr;
    f.agent = kLinuxAgent;
    f.os = "Linux";
    f.error = 50126;
    stage.logs.signin(f);
  }
}

/// The victim lets an application read his mail.
void illicit_consent(Course& c) {
  Stage& stage = c.stage;
  Moment time = c.begins;
  const bool for_all = c.variant == Variant::kAbove;
  Person& granter = for_all ? stage.people.someone(Role::kAdmin) : c.victim;
  const std::string app = for_all ? kPerfectData.id : stage.random.guid();
  const std::string name = for_all ? kPerfectData.name : "Document viewer";
  const std::string scope =
      choose<std::string>(c.variant, "openid profile User.Read", "Mail.Read offline_access",
                          "Mail.ReadWrite MailboxSettings.ReadWrite offline_access");

  c.step("consent", time,
         choose(c.variant, Claims{}, in_either({"consent_mail_scope"}),
                in_either({"consent_mail_scope", "consent_policy_opened", "known_bad_app"})));
  const Spot home = stage.people.at_home(granter, time, stage.random);
  stage.logs.change(stage.consent(granter, time, home, app, name, scope, for_all));

  if (c.variant == Variant::kBelow) return stage.labels.end();
  time += 10 * kMinute;
  const Spot from = c.server(0);
  c.step("application takes the mailbox", time,
         for_all ? in_either({"known_bad_app"}) + in_audit({"mail_access_volume_or_throttle"}) : Claims{});
  const std::string session = stage.random.guid();
  Signin s = c.signin(time, from, session, "Mozilla/5.0 (compatible; MSAL 4.61)");
  s.interactive = false;
  s.request_type = "OAuth2:Token";
  const App app_as_seen{app.c_str(), name.c_str()};
  s.app = app_as_seen;
  s.resource = kGraph;
  s.os = "";
  stage.logs.signin(s);
  for (int i = 0; i < 12; ++i) {
    MailAct act = stage.mail(c.victim, time + 60 + i * 20, from, MailClient::kRest, session);
    act.app = app;
    std::vector<Item> items;
    for (int n = 0; n < 20; ++n) items.push_back(stage.logs.message("Invoice 2026-0318"));
    stage.logs.mail_read(act, items, "\\Inbox", for_all && i == 11);
  }
}

/// An administrator is phished; sight is taken away, gates are opened, the mail of many is sent on.
void admin_takeover(Course& c) {
  Stage& stage = c.stage;
  const Spot from = c.server(0);
  Moment time = c.begins;
  const bool much = c.variant == Variant::kAbove;
  const std::string vault = "vault" + std::to_string(c.servers) + "@mailbox.test";

  c.step("administrator's sign-in through the proxy", time,
         in_either({"aitm_officehome_triad"}) + (much ? in_either({"aitm_kit_fingerprint"}) : Claims{}));
  const std::string session =
      c.proxied_signin(time, from, much ? kKitAgent : c.victim.computer.browser_agent.c_str(), true);
  const auto cmdlet = [&](const char* operation, const std::string& object,
                          std::vector<std::pair<std::string, std::string>> parameters) {
    Cmdlet made = stage.cmdlet(c.victim, time, from, operation, object);
    made.parameters = std::move(parameters);
    made.session = session;
    stage.logs.cmdlet(made);
    time += 90;
  };
  const auto change = [&](const char* operation) {
    Change made = Change::of(c.victim, time, operation, from);
    made.agent = kLinuxAgent;
    time += 90;
    return made;
  };

  time += 20 * kMinute;
  c.step("auditing cut", time,
         choose(c.variant, Claims{}, in_audit({"audit_disabled"}), in_audit({"audit_disabled"})));
  if (much) {
    cmdlet("Set-AdminAuditLogConfig", "Admin Audit Log Settings",
           {{"UnifiedAuditLogIngestionEnabled", "False"}});
  } else {
    cmdlet("Set-Mailbox", c.victim.mailbox_id,
           {{"Identity", c.victim.upn},
            {"AuditLogAgeLimit", c.variant == Variant::kBelow ? "90.00:00:00" : "89.00:00:00"}});
  }

  if (c.at_least(Variant::kAt)) {
    c.step("access policy weakened", time, in_either({"ca_weakened"}));
    const auto policy = [&](const std::string& excluded) {
      return R"({"id":")" + stage.people.facts().policy_id +
             R"(","displayName":"Require MFA for everybody","state":"enabled","conditions":{"users":{"includeUsers":["All"],"excludeUsers":[)" +
             excluded +
             R"(]},"applications":{"includeApplications":["All"],"excludeApplications":[]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}})";
    };
    Change ca = change("Update conditional access policy");
    ca.category = "Policy";
    ca.service = "Conditional Access";
    ca.target_id = stage.people.facts().policy_id;
    ca.target_name = "Require MFA for everybody";
    ca.target_kind = "Policy";
    ca.properties = {{"ConditionalAccessPolicy", policy(""), policy("\"" + c.victim.id + "\""), true}};
    stage.logs.change(ca);
  }

  if (much) {
    c.step("mail-flow rule copies mail outside", time, in_audit({"transport_rule_exfil"}));
    cmdlet("New-TransportRule", "", {{"Name", "Archive copy"}, {"BlindCopyTo", vault}});
    c.step("automatic forwarding allowed", time, in_audit({"autoforward_policy_opened"}));
    cmdlet("Set-HostedOutboundSpamFilterPolicy", "Default",
           {{"Identity", "Default"}, {"AutoForwardingMode", "On"}});
    c.step("safe links removed", time, in_audit({"mail_protection_weakened"}));
    cmdlet("Remove-SafeLinksRule", "Links", {{"Identity", "Links"}});
    c.step("own domain put on the allow list", time, in_audit({"allowlist_poisoning"}));
    cmdlet("New-TenantAllowBlockListItems", "",
           {{"ListType", "Sender"}, {"Allow", "True"}, {"Entries", "mailbox.test"}});
    c.step("authenticated SMTP switched on", time, in_audit({"legacy_protocol_reenabled"}));
    const Person& box = stage.people.someone(Role::kFinance);
    cmdlet("Set-CASMailbox", box.mailbox_id,
           {{"Identity", box.upn}, {"SmtpClientAuthenticationDisabled", "False"}, {"ImapEnabled", "True"}});
    c.step("mailbox opened to oneself", time, in_audit({"mailbox_delegation"}));
    cmdlet("Add-MailboxPermission", box.mailbox_id,
           {{"Identity", box.upn},
            {"User", c.victim.upn},
            {"AccessRights", "FullAccess"},
            {"InheritanceType", "All"}});
    c.step("inbox shared with everyone", time, in_audit({"folder_shared_everyone"}));
    cmdlet("Add-MailboxFolderPermission", box.mailbox_id,
           {{"Identity", box.upn + ":\\Inbox"}, {"User", "Default"}, {"AccessRights", "Reviewer"}});
    c.step("role over all mailboxes", time, in_audit({"app_mail_role_granted"}));
    cmdlet("New-RoleGroup", "Helpers",
           {{"Name", "Helpers"}, {"Roles", "ApplicationImpersonation"}, {"Members", c.victim.upn}});
    c.step("consent opened", time, in_either({"consent_policy_opened"}));
    Change consent = change("Update authorization policy");
    consent.category = "AuthorizationPolicy";
    consent.target_id = stage.random.guid();
    consent.target_name = "Authorization Policy";
    consent.target_kind = "Policy";
    consent.properties = {{"PermissionGrantPolicyIdsAssignedToDefaultUserRole",
                           R"(["ManagePermissionGrantsForSelf.microsoft-user-default-low"])",
                           R"(["ManagePermissionGrantsForSelf.microsoft-user-default-legacy"])", true}};
    stage.logs.change(consent);
    c.step("role for a second account", time, in_either({"privileged_role_assigned"}));
    const Person& second = stage.people.someone();
    Change role = change("Add member to role");
    role.category = "RoleManagement";
    role.type = "Assign";
    role.on(second).properties = {{"Role.ObjectID", "", stage.random.guid()},
                                  {"Role.DisplayName", "", "Global Administrator"},
                                  {"Role.TemplateId", "", "62e90394-69f5-4237-9190-012177145e10"},
                                  {"Role.WellKnownObjectName", "", "TenantAdmins"}};
    stage.logs.change(role);
    c.step("second factor of another account removed", time, in_either({"mfa_disabled"}));
    Change factor = change("Disable Strong Authentication");
    factor.on(box).properties = {
        {"StrongAuthenticationRequirement",
         R"([{"RelyingParty":"*","State":2,"RememberDevicesNotIssuedBefore":"2026-01-12T08:30:00+00:00"}])",
         "[]", true}};
    stage.logs.change(factor);
    c.step("pass created for another account", time, in_entra({"tap_created"}));
    Change pass = change("Admin registered security info");
    pass.service = "Authentication Methods";
    pass.reason = "Admin registered temporary access pass method for user";
    pass.in_ual = false;
    stage.logs.change(pass.on(box));
    c.step("domain federated", time, in_either({"federation_changed"}));
    Change domain = change("Set domain authentication");
    domain.category = "DirectoryManagement";
    domain.target_id = stage.people.facts().domain;
    domain.target_name = stage.people.facts().domain;
    domain.target_kind = "Other";
    domain.properties = {{"LiveType", "[\"Managed\"]", "[\"Federated\"]", true}};
    stage.logs.change(domain);
  }

  const int mailboxes = choose(c.variant, 4, 5, 12);
  c.step("mail of many sent on", time,
         in_audit({"mailbox_forwarding_external", "forward_same_destination"}) +
             (c.at_least(Variant::kAt) ? in_audit({"forwarding_changed_in_bulk", "chain_admin_takeover"})
                                       : Claims{}));
  for (int i = 0; i < mailboxes; ++i) {
    const Person& box = stage.people.someone(i % 3 == 0 ? Role::kFinance : Role::kStaff);
    cmdlet("Set-Mailbox", box.mailbox_id,
           {{"Identity", box.upn},
            {"ForwardingSmtpAddress", "smtp:" + vault},
            {"DeliverToMailboxAndForward", "True"}});
    time -= 90 - 40;
  }
}

/// Somebody who is leaving takes his mail along. His sign-ins are his own.
void insider_forward(Course& c) {
  Stage& stage = c.stage;
  const Spot from = stage.people.at_office(c.victim, stage.random);
  Moment time = c.begins;
  const std::string session = stage.browser_session(c.victim, time - 10 * kMinute, from);

  c.step(
      "rule forwards mail", time,
      choose(c.variant, Claims{}, in_audit({"rule_external_forward"}), in_audit({"rule_external_forward"})));
  const std::string to =
      c.variant == Variant::kBelow ? stage.people.someone().upn : c.victim.last + "@private-mail.test";
  MailAct act = stage.mail(c.victim, time, from, MailClient::kOutlook, session);
  stage.logs.outlook_rule(
      act, "Copies", R"((SubString "order" in PR_SUBJECT))",
      R"([{"ActionType":"Forward","Recipients":[")" + to + R"("],"ForwardFlags":"None"}])");
  if (c.variant != Variant::kAbove) return stage.labels.end();

  time += 20 * kMinute;
  c.step("mailbox forwards to a look-alike", time,
         in_audit({"mailbox_forwarding_external", "lookalike_forward_target"}));
  Cmdlet forward = stage.cmdlet(c.victim, time, from, "Set-Mailbox", c.victim.mailbox_id);
  forward.app = kExchange.id;
  forward.session = session;
  forward.parameters = {{"Identity", c.victim.upn},
                        {"ForwardingSmtpAddress", "smtp:" + c.victim.last + "@contosso.example"},
                        {"DeliverToMailboxAndForward", "False"}};
  stage.logs.cmdlet(forward);

  time += 30 * kMinute;
  c.step("all mail deleted", time, in_audit({"rule_catch_all_delete"}));
  stage.logs.cmdlet(stage.inbox_rule(c.victim, time, from, session, "Tidy", {{"DeleteMessage", "True"}}));
}

/// A taken-over account is reset, but what the intruder left stays.
void remediation_incomplete(Course& c) {
  Stage& stage = c.stage;
  const Spot attacker = c.server(0);
  Moment time = c.begins;
  const std::string session = stage.browser_session(
      c.victim, time, stage.people.at_home(c.victim, time, stage.random), kWebMail, true);

  time += 40 * kMinute;
  c.step("stolen session forwards mail", time, in_audit({"session_ual_replay", "rule_external_forward"}));
  c.read_mail(time, attacker, session, 4);
  stage.logs.cmdlet(
      stage.inbox_rule(c.victim, time + 5 * kMinute, attacker, session, "Copy to archive",
                       {{"ForwardTo", "archive" + std::to_string(c.servers) + "@mailbox.test"}}));

  const Person& admin = stage.people.someone(Role::kAdmin);
  const Moment reset = time + 3 * kHour;
  const Spot office = stage.people.at_office(admin, stage.random);
  c.step("account reset", reset,
         c.at_least(Variant::kAt) ? Claims{{"remediation_incomplete"}, {}, {"remediation_incomplete"}}
                                  : Claims{});
  Change change = Change::of(admin, reset, "Reset user password", office);
  stage.logs.change(change.on(c.victim));
  change.operation = "Update StsRefreshTokenValidFrom Timestamp";
  change.time = reset + 2;
  change.properties = {{"StsRefreshTokensValidFrom", "[\"" + time_text(reset - 20 * kDay) + "Z\"]",
                        "[\"" + time_text(reset) + "Z\"]", true}};
  stage.logs.change(change);
  c.victim.revoked.push_back(reset);

  // Below: taken away in time, and nobody comes again. At: a day and an hour later. Above: never.
  if (c.variant != Variant::kAbove) {
    const Moment removed = c.variant == Variant::kBelow ? reset + 2 * kHour : reset + 25 * kHour;
    Cmdlet undo =
        stage.cmdlet(admin, removed, office, "Remove-InboxRule", c.victim.mailbox_id + "\\Copy to archive");
    undo.parameters = {{"Identity", c.victim.upn + "\\Copy to archive"}, {"Mailbox", c.victim.upn}};
    stage.logs.cmdlet(undo);
  }
  if (c.variant == Variant::kBelow) return stage.labels.end();

  // Within the time that tokens may live, and after it.
  const Moment again = reset + (c.variant == Variant::kAt ? 70 : 110) * kMinute;
  c.step("session used after the reset", again,
         c.variant == Variant::kAbove ? in_audit({"session_after_revocation"}) : Claims{});
  for (int i = 0; i < 4; ++i) {
    MailAct act = c.web_mail(again + i * 60, attacker, session);
    act.token_issued = reset - 30 * kMinute;
    stage.logs.mail_read(act, {stage.logs.message("Invoice 2026-0318")});
  }
}

struct Scenario {
  const char* name;
  Role victim;
  void (*play)(Course&);
};
constexpr Scenario kScenarios[] = {
    {"aitm_fraud", Role::kFinance, aitm_fraud},
    {"device_code", Role::kStaff, device_code},
    {"spray_to_legacy", Role::kStaff, spray_to_legacy},
    {"illicit_consent", Role::kStaff, illicit_consent},
    {"admin_takeover", Role::kAdmin, admin_takeover},
    {"insider_forward", Role::kStaff, insider_forward},
    {"remediation_incomplete", Role::kStaff, remediation_incomplete},
};

}  // namespace

void plant_attacks(Stage& stage, int times) {
  std::uint64_t servers = 0;
  for (int i = 0; i < times; ++i) {
    for (const Scenario& scenario : kScenarios) {
      for (const Variant variant : {Variant::kBelow, Variant::kAt, Variant::kAbove}) {
        Person& victim = stage.people.someone(scenario.victim);
        // Rules that ask for what is new have seen a week and a half by then; three days are left for what
        // follows.
        const int day = stage.some_day(stage.days >= 14 ? 10 : stage.days / 2, stage.days >= 14 ? 4 : 1);
        Course course{stage,
                      scenario.name,
                      variant,
                      std::string(scenario.name) + "-" + kVariantNames[static_cast<std::size_t>(variant)] +
                          "-" + std::to_string(i + 1),
                      victim,
                      stage.at_work(victim, day),
                      servers};
        servers += 3;
        scenario.play(course);
        stage.labels.end();
      }
    }
  }
}

}  // namespace shrike::tenant
