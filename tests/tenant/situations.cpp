// Honest situations that look like attacks: the known false positives of the plan of rules, by name. Most are
// of a kind that a tenant tells its rules about (settings_text); planned changes of settings are not, so
// these may give alerts.
#include <string>
#include <utility>
#include <vector>

#include "tests/tenant/stage.hpp"

namespace shrike::tenant {
namespace {

constexpr int kTimes = 5;
constexpr const char* kGlobalAdministrator = "62e90394-69f5-4237-9190-012177145e10";

struct Situation {
  const char* name;
  Names could_fool;
  Role role;
  void (*play)(Stage&, Person&, Moment);
};

Spot home(Stage& s, const Person& who, Moment time) { return s.people.at_home(who, time, s.random); }
Spot office(Stage& s, const Person& who) { return s.people.at_office(who, s.random); }

/// An account that is no person's: printers, rooms, tools.
Signin of_account(Stage& s, const char* account, Moment time, const Spot& from) {
  Signin made;
  made.time = time;
  made.user = s.people.account(account);
  made.user_id = "acc00000-0000-4000-8000-" +
                 std::string(12 - std::min<std::size_t>(std::string(account).size(), 9), '0') +
                 std::string(std::min<std::size_t>(std::string(account).size(), 9), 'a');
  made.display = account;
  made.from = from;
  made.session = s.random.guid();
  return made;
}
Cmdlet by_account(Stage& s, const char* account, Moment time, std::string operation, std::string object) {
  Cmdlet c;
  c.time = time;
  c.user = s.people.account(account);
  c.user_key = "1003200200ACC0DE";
  c.operation = std::move(operation);
  c.object = std::move(object);
  c.ip = "192.0.2.40";
  return c;
}
void forward_mailbox(Stage& s, const Person& by, const Person& box, Moment time, const std::string& to) {
  Cmdlet c = s.cmdlet(by, time, office(s, by), "Set-Mailbox", box.mailbox_id);
  c.parameters = {
      {"Identity", box.upn}, {"ForwardingSmtpAddress", "smtp:" + to}, {"DeliverToMailboxAndForward", "True"}};
  s.logs.cmdlet(c);
}
std::string policy_text(const std::string& id, const std::string& name, const std::string& state,
                        const std::string& excluded) {
  return R"({"id":")" + id + R"(","displayName":")" + name + R"(","state":")" + state +
         R"(","conditions":{"users":{"includeUsers":["All"],"excludeUsers":[)" + excluded +
         R"(]},"applications":{"includeApplications":["All"],"excludeApplications":[]},"clientAppTypes":["all"]},"grantControls":{"operator":"OR","builtInControls":["mfa"]}})";
}
void revoke(Stage& s, Change change, Person& target, Moment time) {
  change.operation = "Update StsRefreshTokenValidFrom Timestamp";
  change.time = time;
  change.properties = {{"StsRefreshTokensValidFrom", "[\"" + time_text(time - 9 * kDay) + "Z\"]",
                        "[\"" + time_text(time) + "Z\"]", true}};
  s.logs.change(change.on(target));
  target.revoked.push_back(time);
}

const Situation kSituations[] = {
    // Sign-ins
    {"stay_signed_in_on_a_new_computer",
     {"aitm_officehome_triad"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, home(s, who, time));
       in.app = in.resource = kOfficeHome;
       in.session = s.random.guid();
       in.correlation = s.random.guid();
       for (const int code : {50074, 50140, 0}) {
         in.error = code;
         s.logs.signin(in);
         in.time += 20;
       }
     }},
    {"stay_signed_in_on_a_private_computer_on_the_road",
     {"aitm_officehome_triad"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, s.people.commercial_vpn(s.random));
       in.device = nullptr;
       in.app = in.resource = kOfficeHome;
       in.session = s.random.guid();
       in.correlation = s.random.guid();
       for (const int code : {50074, 50140, 0}) {
         in.error = code;
         s.logs.signin(in);
         in.time += 20;
       }
     }},
    {"in_house_automation",
     {"aitm_kit_fingerprint", "session_metronome"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       for (int i = 0; i < 10; ++i) {
         Signin in = of_account(s, "reports", time + i * 30 * kMinute, office(s, who));
         in.agent = "python-requests/2.32.3";
         in.os = "Linux";
         in.app = kAzureCli;
         in.resource = kGraph;
         in.client_app = "Mobile Apps and Desktop clients";
         s.logs.signin(in);
       }
     }},
    {"meeting_room_device_code",
     {"devicecode_first_seen", "devicecode_broker_mail"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = of_account(s, "room1", time, office(s, who));
       in.app = kBroker;
       in.protocol = "deviceCode";
       in.transfer = "deviceCodeFlow";
       in.request_type = "Cmsi:Cmsi";
       in.agent = "Dalvik/2.1.0 (Linux; U; Android 13; Teams Room)";
       in.os = "Android 13";
       s.logs.signin(in);
     }},
    {"administrator_with_command_line",
     {"devicecode_first_seen"},
     Role::kDeveloper,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, office(s, who));
       in.app = kAzureCli;
       in.resource = kGraph;
       in.protocol = "deviceCode";
       in.request_type = "Cmsi:Cmsi";
       in.client_app = "Mobile Apps and Desktop clients";
       in.session = s.random.guid();
       in.correlation = s.random.guid();
       in.error = 50199;
       s.logs.signin(in);
       in.time += 15;
       in.error = 0;
       s.logs.signin(in);
     }},
    {"lost_telephone_prompts",
     {"mfa_fatigue_then_success"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = home(s, who, time);
       s.browser_session(who, time - 3 * kDay, from);
       Signin in = Signin::of(who, time, from);
       in.app = kWebMail;
       in.error = 500121;
       in.detail = "MFA denied; Phone App Reported No response";
       for (int i = 0; i < 2; ++i) {
         s.logs.signin(in);
         in.time += 75;
       }
       in.error = 0;
       in.detail = "MFA completed in Azure AD";
       in.session = s.random.guid();
       s.logs.signin(in);
     }},
    {"risk_that_is_settled_or_hidden",
     {"idp_risk_high_value"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Risk risk;
       risk.time = time;
       risk.who = &who;
       risk.from = s.people.on_carrier(who, time, s.random);
       risk.agent = who.phone.browser_agent;
       risk.type = "unfamiliarFeatures";
       risk.level = "low";
       s.logs.risk(risk);
       risk.level = "hidden";
       risk.type = "generic";
       s.logs.risk(risk);
       risk.level = "medium";
       risk.type = "anonymizedIPAddress";
       risk.state = "remediated";
       risk.detail = "userPassedMFADrivenByRiskBasedPolicy";
       s.logs.risk(risk);
     }},
    {"blocked_by_policy_in_a_hotel",
     {"ca_block_after_password"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, s.people.in_hotel(s.people.city("Paris"), s.random));
       in.error = 53003;
       s.logs.signin(in);
     }},
    {"vpn_between_two_sign_ins",
     {"impossible_travel", "session_replayed_elsewhere", "spray_then_valid"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       s.browser_session(who, time, home(s, who, time));
       s.browser_session(who, time + 20 * kMinute, s.people.commercial_vpn(s.random));
     }},
    {"telephone_roams_through_another_country",
     {"impossible_travel"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, s.people.in_hotel(s.people.city("Madrid"), s.random));
       in.session = s.random.guid();
       s.sign_in(in);
       in.time += 30 * kMinute;
       in.from = s.people.on_carrier(who, in.time, s.random);
       in.device = &who.phone;
       in.agent = who.phone.browser_agent;
       in.session = s.random.guid();
       s.sign_in(in);
     }},
    // Sessions
    {"vpn_switched_on_in_a_session",
     {"session_replayed_elsewhere", "session_asn_split", "session_ual_replay"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const std::string session = s.browser_session(who, time, home(s, who, time));
       const Spot vpn = s.people.commercial_vpn(s.random);
       Signin renewed = s.renewal(who, time + 6 * kMinute, vpn, session);
       renewed.app = kWebMail;
       s.logs.signin(renewed);
       for (int i = 0; i < 5; ++i)
         s.logs.mail_read(s.mail(who, time + (8 + i) * kMinute, vpn, MailClient::kWeb, session),
                          {s.logs.message("Order 4471")});
     }},
    {"company_vpn_switched_on_in_a_session",
     {"session_replayed_elsewhere", "session_asn_split", "session_ual_replay"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const std::string session = s.browser_session(who, time, home(s, who, time));
       const Spot vpn = s.people.company_vpn(s.random);
       Signin renewed = s.renewal(who, time + 6 * kMinute, vpn, session);
       renewed.app = kWebMail;
       s.logs.signin(renewed);
       for (int i = 0; i < 5; ++i)
         s.logs.mail_read(s.mail(who, time + (8 + i) * kMinute, vpn, MailClient::kWeb, session),
                          {s.logs.message("Order 4471")});
     }},
    {"telephone_from_wifi_to_carrier",
     {"session_asn_split", "session_ual_replay", "session_replayed_elsewhere"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, home(s, who, time));
       in.device = &who.phone;
       in.agent = who.phone.browser_agent;
       in.app = kOutlookMobile;
       in.client_app = "Mobile Apps and Desktop clients";
       in.session = s.random.guid();
       s.sign_in(in);
       in.interactive = false;
       in.request_type = "OAuth2:Token";
       in.agent = program_agent(who.phone);
       in.time += 7 * kMinute;
       in.from = s.people.on_carrier(who, in.time, s.random);
       s.logs.signin(in);
       for (int i = 0; i < 4; ++i)
         s.logs.mail_read(
             s.mail(who, in.time + i * kHour, s.people.on_carrier(who, in.time + i * kHour, s.random),
                    MailClient::kPhone, in.session),
             {s.logs.message("Lunch?")});
     }},
    {"desktop_site_on_a_telephone",
     {"session_client_switch"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, home(s, who, time));
       in.device = &who.phone;
       in.agent = who.phone.browser_agent;
       in.app = kWebMail;
       in.session = s.random.guid();
       s.sign_in(in);
       in.interactive = false;
       in.request_type = "OAuth2:Token";
       in.time += 20 * kMinute;
       in.agent =
           who.phone.system == System::kIphone
               ? "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) "
                 "Version/18.6 Safari/605.1.15"
               : "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/145.0.0.0 "
                 "Safari/537.36";
       s.logs.signin(in);
     }},
    {"add_in_in_a_web_view",
     {"session_client_switch"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       const std::string session = s.browser_session(who, time, from, kOffice);
       Signin in = s.renewal(who, time + 30 * kMinute, from, session);
       in.agent =
           "Mozilla/5.0 (Windows NT 10.0; Win64; x64; WebView/3.0) AppleWebKit/537.36 (KHTML, like Gecko) "
           "Chrome/70.0.3538.102 Safari/537.36 Edge/18.26100";
       s.logs.signin(in);
     }},
    {"laptop_taken_on_a_trip",
     {"session_age_with_change", "session_replayed_elsewhere", "session_ual_replay"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const std::string session = s.browser_session(who, time, office(s, who));
       const Spot hotel = s.people.in_hotel(s.people.city("London"), s.random);
       Signin in = s.renewal(who, time + 30 * kHour, hotel, session);
       in.app = kWebMail;
       s.logs.signin(in);
       for (int i = 0; i < 4; ++i)
         s.logs.mail_read(s.mail(who, time + 30 * kHour + i * 20 * kMinute, hotel, MailClient::kWeb, session),
                          {s.logs.message("Visit on Friday")});
     }},
    {"password_changed_by_its_owner",
     {"session_after_revocation"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       Change change = Change::of(who, time, "Change user password", from);
       s.logs.change(change.on(who));
       revoke(s, change, who, time + 1);
     }},
    {"access_token_runs_on_after_a_revocation",
     {"session_after_revocation"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       const std::string session = s.browser_session(who, time - 2 * kHour, from);
       const Person& by = s.people.someone(Role::kHelpdesk);
       revoke(s, Change::of(by, time, "", office(s, by)), who, time);
       MailAct act = s.mail(who, time + 50 * kMinute, from, MailClient::kWeb, session);
       act.token_issued = time - 10 * kMinute;
       s.logs.mail_read(act, {s.logs.message("Order 4471")});
     }},
    {"device_registered",
     {"device_reg_prt_chain"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Register device", office(s, who));
       c.category = "Device";
       c.service = "Device Registration Service";
       c.agent = "Dsreg/10.0 (Windows 10.0.26100.3194)";
       c.target_id = who.computer.id;
       c.target_name = who.computer.name;
       c.target_kind = "Device";
       s.logs.change(c);
     }},
    // Old protocols and passwords
    {"mail_program_with_modern_authentication",
     {"legacy_auth_success_new", "legacy_auth_attempt"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Signin in = Signin::of(who, time, home(s, who, time));
       in.device = &who.phone;
       in.client_app = "Exchange ActiveSync";
       in.agent = "Apple-iPhone15C2/2207.50";
       in.session = s.random.guid();
       s.logs.signin(in);
     }},
    {"office_mail_programs_after_a_change_of_password",
     {"legacy_auth_spray", "spray_source"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       for (int i = 0; i < 12; ++i) {
         Signin in = Signin::of(
             s.people.all()[(who.number + static_cast<std::size_t>(i % 4)) % s.people.all().size()],
             time + i * 3 * kMinute, from);
         in.client_app = "Exchange ActiveSync";
         in.agent = "Apple-iPhone15C2/2207.50";
         in.error = 50126;
         s.logs.signin(in);
       }
     }},
    {"old_test_program_hands_over_its_password",
     {"ropc_bav2"},
     Role::kDeveloper,
     [](Stage& s, Person& who, Moment time) {
       Signin in = of_account(s, "testaccount", time, office(s, who));
       in.protocol = "ropc";
       in.agent = "BAV2ROPC";
       in.request_type = "OAuth2:Token";
       s.logs.signin(in);
     }},
    {"passwords_expire_on_one_day",
     {"spray_source", "spray_then_valid"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       for (std::size_t i = 0; i < 6; ++i) {
         const Person& each = s.people.all()[(who.number + i) % s.people.all().size()];
         Signin in = Signin::of(each, time + static_cast<Moment>(i) * 2 * kMinute, office(s, who));
         in.error = 50055;
         s.logs.signin(in);
         in.time += 90;
         in.error = 0;
         in.session = s.random.guid();
         s.logs.signin(in);
       }
     }},
    {"device_with_an_old_password",
     {"brute_force_account"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = home(s, who, time);
       s.browser_session(who, time - kDay, from);
       for (int i = 0; i < 24; ++i) {
         Signin in = Signin::of(who, time + i * 75, from);
         in.device = &who.phone;
         in.client_app = "Exchange ActiveSync";
         in.agent = "Apple-iPhone15C2/2207.50";
         in.error = 50126;
         s.logs.signin(in);
       }
     }},
    {"imap_switched_on_for_a_migration",
     {"legacy_protocol_reenabled"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = by_account(s, "migration", time, "Set-CASMailbox", who.mailbox_id);
       c.parameters = {{"Identity", who.upn}, {"ImapEnabled", "True"}};
       s.logs.cmdlet(c);
     }},
    // Methods
    {"new_colleague_registers_methods",
     {"mfa_registered_after_suspicious"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Person& by = s.people.someone(Role::kAdmin);
       const Spot from = office(s, who);
       Change add = Change::of(by, time - kDay, "Add user", office(s, by));
       add.type = "Add";
       s.logs.change(add.on(who));
       Change method = Change::of(who, time, "User registered security info", from);
       method.service = "Authentication Methods";
       method.reason = "User registered Authenticator App with Notification and Code";
       method.in_ual = false;
       s.logs.change(method.on(who));
     }},
    {"new_telephone_registered_at_home",
     {"mfa_registered_after_suspicious"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = home(s, who, time);
       s.browser_session(who, time - 10 * kMinute, from);
       Change method = Change::of(who, time, "User registered security info", from);
       method.service = "Authentication Methods";
       method.reason = "User registered Authenticator App with Notification and Code";
       method.in_ual = false;
       s.logs.change(method.on(who));
     }},
    {"second_factor_moves_to_policies",
     {"mfa_disabled"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Update user", office(s, who));
       c.on(s.people.someone()).properties = {
           {"StrongAuthenticationRequirement",
            R"([{"RelyingParty":"*","State":1,"RememberDevicesNotIssuedBefore":"2026-01-12T08:30:00+00:00"}])",
            "[]", true},
           {"Included Updated Properties", "", "StrongAuthenticationRequirement"}};
       s.logs.change(c);
     }},
    {"help_desk_makes_a_pass",
     {"tap_created"},
     Role::kHelpdesk,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Admin registered security info", office(s, who));
       c.service = "Authentication Methods";
       c.reason = "Admin registered temporary access pass method for user";
       c.in_ual = false;
       s.logs.change(c.on(s.people.someone()));
     }},
    // Mailboxes
    {"rule_sends_orders_to_a_ticket_system",
     {"rule_external_forward", "forward_same_destination"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       s.logs.cmdlet(
           s.inbox_rule(who, time, from, s.browser_session(who, time - kHour, from), "Orders to desk",
                        {{"SubjectContainsWords", "order"}, {"ForwardTo", "tickets@desk.partner.example"}}));
     }},
    {"news_filed_into_archive",
     {"rule_hides_mail"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       s.logs.cmdlet(s.inbox_rule(
           who, time, from, s.browser_session(who, time - kHour, from), "News",
           {{"From", "news@fabrikam.example"}, {"MoveToFolder", "Archive"}, {"MarkAsRead", "True"}}));
     }},
    {"short_names_of_rules",
     {"rule_obfuscated_name"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       const char* names[] = {"営業", "人事部", "🎉", "HR"};
       const char* name = s.random.pick(names);
       s.logs.cmdlet(s.inbox_rule(who, time, from, s.browser_session(who, time - kHour, from), name,
                                  {{"From", "team@contoso.example"}, {"ApplyCategory", "Team"}}));
     }},
    {"mailbox_of_a_leaver_emptied",
     {"rule_catch_all_delete", "rule_hides_mail"},
     Role::kHelpdesk,
     [](Stage& s, Person& who, Moment time) {
       const Person& leaver = s.people.someone();
       Cmdlet c = s.inbox_rule(who, time, office(s, who), "", "Leaver",
                               {{"DeleteMessage", "True"}, {"Mailbox", leaver.upn}});
       s.logs.cmdlet(c);
     }},
    {"mail_of_a_leaver_to_the_successor_company",
     {"mailbox_forwarding_external", "forward_same_destination"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       forward_mailbox(s, who, s.people.someone(), time, "handover@partner.example");
     }},
    {"migration_sets_forwards",
     {"forwarding_changed_in_bulk", "mailbox_forwarding_external", "forward_same_destination"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       for (std::size_t i = 0; i < 12; ++i) {
         const Person& box = s.people.all()[(who.number + i) % s.people.all().size()];
         Cmdlet c =
             by_account(s, "migration", time + static_cast<Moment>(i) * 20, "Set-Mailbox", box.mailbox_id);
         c.parameters = {{"Identity", box.upn},
                         {"ForwardingSmtpAddress",
                          "smtp:" + box.upn.substr(0, box.upn.find('@')) + "@new.contoso-group.example"},
                         {"DeliverToMailboxAndForward", "True"}};
         s.logs.cmdlet(c);
       }
     }},
    {"journaling_service",
     {"transport_rule_exfil"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = s.cmdlet(who, time, office(s, who), "Set-TransportRule", "Journal");
       c.parameters = {{"Identity", "Journal"}, {"BlindCopyTo", "journal@archive-service.example"}};
       s.logs.cmdlet(c);
     }},
    {"connector_for_a_migration",
     {"autoforward_policy_opened"},
     Role::kStaff,
     [](Stage& s, Person&, Moment time) {
       Cmdlet c = by_account(s, "migration", time, "New-OutboundConnector", "");
       c.parameters = {{"Name", "To the new system"},
                       {"SmartHosts", "mx.contoso-group.example"},
                       {"RecipientDomains", "contoso-group.example"}};
       s.logs.cmdlet(c);
     }},
    {"shared_mailbox_opened",
     {"mailbox_delegation"},
     Role::kHelpdesk,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = s.cmdlet(who, time, office(s, who), "Add-MailboxPermission", "Info");
       c.parameters = {{"Identity", s.people.account("info")},
                       {"User", s.people.someone().upn},
                       {"AccessRights", "FullAccess"}};
       s.logs.cmdlet(c);
     }},
    {"service_opens_the_discovery_mailbox",
     {"mailbox_delegation"},
     Role::kStaff,
     [](Stage& s, Person&, Moment time) {
       Cmdlet c;
       c.time = time;
       c.operation = "Add-MailboxPermission";
       c.object =
           "EURP01A001.prod.example/Microsoft Exchange Hosted "
           "Organizations/contoso.onmicrosoft.example/"
           "DiscoverySearchMailbox{D919BA05-46A6-415f-80AD-7E09334BB852}";
       c.parameters = {{"Identity", c.object},
                       {"User",
                        "EURP01A001.prod.example/Microsoft Exchange Hosted "
                        "Organizations/contoso.onmicrosoft.example/Discovery Management"},
                       {"AccessRights", "FullAccess"}};
       s.logs.cmdlet(c);
     }},
    {"calendar_shared",
     {"folder_shared_everyone"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = s.cmdlet(who, time, office(s, who), "Set-MailboxFolderPermission", who.mailbox_id);
       c.parameters = {
           {"Identity", who.upn + ":\\Calendar"}, {"User", "Default"}, {"AccessRights", "Reviewer"}};
       s.logs.cmdlet(c);
     }},
    // Applications
    {"approved_mail_tool",
     {"consent_mail_scope"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       s.logs.change(s.consent(who, time, office(s, who), s.people.facts().mail_tool_id, "Mail signatures",
                               "Mail.ReadWrite offline_access", false));
     }},
    {"honest_use_of_an_abused_product",
     {"known_bad_app", "consent_mail_scope"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       s.logs.change(s.consent(who, time, from, kEmClient.id, kEmClient.name,
                               "EWS.AccessAsUser.All offline_access", false));
       Signin in = Signin::of(who, time + 60, from);
       in.app = kEmClient;
       in.client_app = "Mobile Apps and Desktop clients";
       in.session = s.random.guid();
       s.logs.signin(in);
     }},
    {"backup_product",
     {"app_mail_role_granted"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Add app role assignment to service principal", office(s, who));
       c.category = "ApplicationManagement";
       c.type = "Assign";
       c.target_id = s.random.guid();
       c.target_name = "Office 365 Exchange Online";
       c.target_kind = "ServicePrincipal";
       c.properties = {{"AppRole.Id", "", "dc890d15-9560-4a4c-9b7f-a736ec74ec40"},
                       {"AppRole.Value", "", "full_access_as_app"},
                       {"ServicePrincipal.DisplayName", "", "Backup of mail"},
                       {"ServicePrincipal.AppId", "", s.people.facts().backup_tool_id}};
       s.logs.change(c);
     }},
    // Mail in quantity
    {"migration_reads_a_mailbox",
     {"mail_access_volume_or_throttle"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Person migration = who;
       migration.upn = s.people.account("migration");
       migration.puid = "1003200200ACC0DE";
       MailAct act = s.mail(migration, time, s.people.company_vpn(s.random), MailClient::kEws, "");
       act.owner = &who;
       s.logs.mail_read(act, {s.logs.message("Order 4471")}, "\\Inbox", true);
     }},
    {"first_synchronisation_of_a_telephone",
     {"mail_access_volume_or_throttle", "mail_sync_new_client"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = home(s, who, time);
       const char* folders[] = {"\\Inbox",    "\\Sent Items", "\\Archive",
                                "\\Projects", "\\Drafts",     "\\Deleted Items"};
       for (int i = 0; i < 12; ++i)
         s.logs.mail_sync(s.mail(who, time + i * 40, from, MailClient::kPhone, ""), folders[i % 6]);
     }},
    {"newsletter_to_customers",
     {"mass_send"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Person sender = who;
       sender.upn = s.people.account("newsletter");
       sender.puid = "1003200200AE0511";
       for (int i = 0; i < 70; ++i)
         s.logs.mail_item(s.mail(sender, time + i * 40, office(s, who), MailClient::kOutlook, ""), "Send",
                          s.logs.message("Our news of March"), "\\Drafts");
     }},
    {"invitations_by_an_assistant",
     {"mass_send"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       for (int i = 0; i < 18; ++i)
         s.logs.mail_item(s.mail(who, time + i * 2 * kMinute, office(s, who), MailClient::kOutlook, ""),
                          "Send", s.logs.message("Invitation"), "\\Drafts");
     }},
    {"message_taken_back",
     {"send_then_erase"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Item item = s.logs.message("Lunch?");
       s.logs.mail_item(s.mail(who, time, office(s, who), MailClient::kOutlook, ""), "Send", item,
                        "\\Drafts");
       s.logs.mail_erased(s.mail(who, time + 10 * kMinute, office(s, who), MailClient::kOutlook, ""),
                          "SoftDelete", {item}, "\\Sent Items");
     }},
    {"tidying_up_on_a_trip",
     {"chain_full_bec"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot hotel = s.people.in_hotel(s.people.city("Singapore"), s.random);
       const std::string session = s.browser_session(who, time, hotel);
       for (int i = 0; i < 30; ++i)
         s.logs.mail_erased(s.mail(who, time + 5 * kMinute + i * 20, hotel, MailClient::kWeb, session),
                            "SoftDelete", {s.logs.message("Newsletter of Fabrikam")}, "\\Inbox");
     }},
    {"forward_to_the_sister_company",
     {"lookalike_forward_target", "rule_external_forward"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       s.logs.cmdlet(s.inbox_rule(
           who, time, from, s.browser_session(who, time - kHour, from), "To the sister company",
           {{"SubjectContainsWords", "project"}, {"ForwardTo", "projects@contoso-group.example"}}));
     }},
    // The tenant's settings
    {"emergency_account_left_out_of_a_policy",
     {"ca_weakened"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       const std::string id = s.random.guid();
       Change c = Change::of(who, time, "Update conditional access policy", office(s, who));
       c.category = "Policy";
       c.service = "Conditional Access";
       c.target_id = id;
       c.target_name = "Block old clients";
       c.target_kind = "Policy";
       c.properties = {{"ConditionalAccessPolicy", policy_text(id, c.target_name, "enabled", ""),
                        policy_text(id, c.target_name, "enabled", "\"b4ea0000-0000-4000-8000-000000000001\""),
                        true}};
       s.logs.change(c);
     }},
    {"new_policy_in_report_only_state",
     {"ca_weakened"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       const std::string id = s.random.guid();
       Change c = Change::of(who, time, "Add conditional access policy", office(s, who));
       c.category = "Policy";
       c.service = "Conditional Access";
       c.type = "Add";
       c.target_id = id;
       c.target_name = "Compliant devices";
       c.target_kind = "Policy";
       c.properties = {{"ConditionalAccessPolicy", "",
                        policy_text(id, c.target_name, "enabledForReportingButNotEnforced", ""), true}};
       s.logs.change(c);
       c.operation = "Update conditional access policy";
       c.type = "Update";
       c.time += kHour;
       c.properties = {{"ConditionalAccessPolicy", c.properties[0].now,
                        policy_text(id, c.target_name, "enabled", ""), true}};
       s.logs.change(c);
     }},
    {"protecting_product_changed",
     {"mail_protection_weakened"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = s.cmdlet(who, time, office(s, who), "Remove-SafeAttachmentRule", "Old attachments");
       c.parameters = {{"Identity", "Old attachments"}};
       s.logs.cmdlet(c);
     }},
    {"sender_allowed_for_a_ticket",
     {"allowlist_poisoning"},
     Role::kHelpdesk,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c = s.cmdlet(who, time, office(s, who), "New-TenantAllowBlockListItems", "");
       c.parameters = {{"ListType", "Sender"}, {"Allow", "True"}, {"Entries", "billing@fabrikam.example"}};
       s.logs.cmdlet(c);
     }},
    {"audit_settings_by_the_service",
     {"audit_disabled"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       Cmdlet c;
       c.time = time;
       c.operation = "Set-Mailbox";
       c.object = who.mailbox_id;
       c.parameters = {
           {"Identity", who.mailbox_id}, {"AuditEnabled", "True"}, {"AuditLogAgeLimit", "180.00:00:00"}};
       s.logs.cmdlet(c);
     }},
    {"licence_of_a_leaver_taken",
     {"audit_disabled"},
     Role::kHelpdesk,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Change user license", office(s, who));
       c.on(s.people.someone()).properties = {
           {"AssignedLicense", R"(["[SkuName=SPE_E5, AccountId=a, SkuId=b, DisabledPlans=[]]"])", "[]",
            true}};
       s.logs.change(c);
     }},
    {"domain_goes_back_to_managed",
     {"federation_changed"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Set domain authentication", office(s, who));
       c.category = "DirectoryManagement";
       c.target_id = c.target_name = "lab.contoso.example";
       c.target_kind = "Other";
       c.properties = {{"LiveType", "[\"Federated\"]", "[\"Managed\"]", true}};
       s.logs.change(c);
     }},
    {"role_activated",
     {"privileged_role_assigned"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Add member to role completed (PIM activation)", office(s, who));
       c.category = "RoleManagement";
       c.service = "PIM";
       c.in_ual = false;
       c.on(who).properties = {{"TemplateId", "", kGlobalAdministrator}};
       c.details = {{"RoleDefinitionOriginType", "BuiltInRole"}, {"TemplateId", kGlobalAdministrator}};
       s.logs.change(c);
       Change echo = Change::of(who, time + 2, "Add member to role", office(s, who));
       echo.by = nullptr;
       echo.by_app = "MS-PIM";
       echo.category = "RoleManagement";
       echo.type = "Assign";
       echo.on(who).properties = {{"Role.DisplayName", "", "Global Administrator"},
                                  {"Role.TemplateId", "", kGlobalAdministrator}};
       s.logs.change(echo);
     }},
    {"consent_limited_to_verified_publishers",
     {"consent_policy_opened"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       Change c = Change::of(who, time, "Update authorization policy", office(s, who));
       c.category = "AuthorizationPolicy";
       c.target_id = s.random.guid();
       c.target_name = "Authorization Policy";
       c.target_kind = "Policy";
       c.properties = {{"PermissionGrantPolicyIdsAssignedToDefaultUserRole", "[]",
                        R"(["ManagePermissionGrantsForSelf.microsoft-user-default-low"])", true}};
       s.logs.change(c);
     }},
    {"red_team_collects_the_directory",
     {"directory_recon_tool"},
     Role::kDeveloper,
     [](Stage& s, Person& who, Moment time) {
       Signin in = of_account(s, "redteam", time, office(s, who));
       in.agent = "azurehound/v2.2.1";
       in.resource = kAdGraph;
       in.app = kAzureCli;
       s.logs.signin(in);
     }},
    // Courses of several
    {"vpn_and_an_honest_rule",
     {"chain_aitm_to_rule"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const std::string session = s.browser_session(who, time, home(s, who, time));
       const Spot vpn = s.people.commercial_vpn(s.random);
       s.logs.mail_read(s.mail(who, time + 20 * kMinute, vpn, MailClient::kWeb, session),
                        {s.logs.message("Order 4471")});
       s.logs.cmdlet(s.inbox_rule(who, time + kHour, vpn, session, "Newsletters",
                                  {{"From", "news@fabrikam.example"}, {"MoveToFolder", "RSS Feeds"}}));
     }},
    {"administrator_at_planned_work_on_a_trip",
     {"chain_admin_takeover"},
     Role::kAdmin,
     [](Stage& s, Person& who, Moment time) {
       const Spot hotel = s.people.in_hotel(s.people.city("London"), s.random);
       const std::string session = s.browser_session(who, time, hotel, kPortal);
       Cmdlet c = s.cmdlet(who, time + 20 * kMinute, hotel, "Set-SafeLinksPolicy", "Links");
       c.parameters = {{"Identity", "Links"}, {"EnableSafeLinksForTeams", "True"}};
       c.session = session;
       s.logs.cmdlet(c);
     }},
    {"password_reset_for_another_reason",
     {"remediation_incomplete", "session_after_revocation"},
     Role::kStaff,
     [](Stage& s, Person& who, Moment time) {
       const Spot from = office(s, who);
       s.logs.cmdlet(
           s.inbox_rule(who, time, from, s.browser_session(who, time - kHour, from), "Desk",
                        {{"SubjectContainsWords", "ticket"}, {"ForwardTo", "tickets@desk.partner.example"}}));
       const Person& by = s.people.someone(Role::kHelpdesk);
       Change change = Change::of(by, time + 2 * kHour, "Reset user password", office(s, by));
       s.logs.change(change.on(who));
       revoke(s, change, who, time + 2 * kHour + 1);
     }},
};

}  // namespace

void plant_situations(Stage& stage) {
  for (const Situation& situation : kSituations) {
    for (int i = 0; i < kTimes; ++i) {
      Person& who = stage.people.someone(situation.role);
      const Moment time =
          stage.at_work(who, stage.some_day(stage.days >= 8 ? 4 : 0, stage.days >= 8 ? 3 : 1));
      Label label;
      label.scenario = situation.name;
      label.case_name = std::string(situation.name) + "-" + std::to_string(i + 1);
      label.user = who.upn;
      label.time = time;
      label.could_fool = situation.could_fool;
      stage.labels.begin(std::move(label));
      situation.play(stage, who, time);
      stage.labels.end();
    }
  }
}

std::string settings_text(const People& people) {
  const auto list = [](const std::vector<std::string>& values, bool quotes) {
    std::string out = "[";
    for (const std::string& v : values) {
      if (out.size() > 1) out += ", ";
      out += quotes ? "\"" + v + "\"" : v;
    }
    return out + "]";
  };
  const auto of_role = [&](Role role) {
    std::vector<std::string> names;
    for (const Person* p : people.of(role)) names.push_back(p->upn);
    return list(names, true);
  };
  const auto accounts = [&](std::vector<const char*> names) {
    std::vector<std::string> all;
    for (const char* n : names) all.push_back(people.account(n));
    return list(all, true);
  };
  std::string out = "// What this tenant's owner knows about it.\nsettings {\n";
  const auto set = [&](const char* name, const std::string& value) {
    out += "  " + std::string(name) + " = " + value + "\n";
  };
  set("our_domains", R"(["contoso.example", "contoso-group.example"])");
  set("partner_domains", R"(["partner.example", "fabrikam.example"])");
  set("forward_allowed", R"(["desk.partner.example", "handover@partner.example"])");
  set("mail_flow_partners", R"(["archive-service.example"])");
  set("corporate_networks", list(people.corporate_ranges(), false));
  set("shared_networks", list(people.shared_ranges(), false));
  set("privileged_users", of_role(Role::kAdmin));
  set("helpdesk", of_role(Role::kHelpdesk));
  set("mail_admins", of_role(Role::kHelpdesk));
  set("vips", of_role(Role::kManagement));
  set("finance_users", of_role(Role::kFinance));
  set("developers", of_role(Role::kDeveloper));
  set("break_glass", R"(["b4ea0000-0000-4000-8000-000000000001"])");
  set("migration_accounts", accounts({"migration"}));
  set("bulk_senders", accounts({"newsletter"}));
  set("shared_mailboxes", accounts({"info"}));
  set("legacy_allowed", accounts({"scanner1", "scanner2", "scanner3", "testaccount"}));
  set("approved_automation", accounts({"reports", "testaccount"}));
  set("devicecode_users", accounts({"room1"}));
  set("approved_apps",
      list({people.facts().mail_tool_id, people.facts().backup_tool_id, kEmClient.id}, true));
  return out + "}\n";
}

}  // namespace shrike::tenant
