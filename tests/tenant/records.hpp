// Records in the shapes of the real logs: the Unified Audit Log, Microsoft Graph and Azure Monitor. One act
// may be told by several logs. Records come late, out of order and more than once, as they do.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include "tests/tenant/labels.hpp"
#include "tests/tenant/people.hpp"
#include "tests/tenant/random.hpp"

namespace shrike::tenant {

struct App {
  const char* id;
  const char* name;
};

// Ids of Microsoft's applications, as sign-in logs show them.
inline constexpr App kOfficeHome{"4765445b-32c6-49b0-83e6-1d93765276ca", "OfficeHome"};
inline constexpr App kOffice{"d3590ed6-52b3-4102-aeff-aad2292ab01c", "Microsoft Office"};
inline constexpr App kWebMail{"9199bf20-a13f-4107-85dc-02114787ef48", "One Outlook Web"};
inline constexpr App kOutlookMobile{"27922004-5251-4030-b22d-91ecd9a37ea4", "Outlook Mobile"};
inline constexpr App kTeams{"1fec8e78-bce4-4aaf-ab1b-5451cc387264", "Microsoft Teams"};
inline constexpr App kOneDrive{"ab9b8c07-8f02-4f72-87fa-80105867a763", "OneDrive SyncEngine"};
inline constexpr App kBroker{"29d9ed98-a469-4536-ade2-f981bc1d605e", "Microsoft Authentication Broker"};
inline constexpr App kAzureCli{"04b07795-8ddb-461a-bbee-02f9e1bf7b46", "Microsoft Azure CLI"};
inline constexpr App kPortal{"c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "Azure Portal"};
inline constexpr App kExchangeShell{"fb78d390-0c51-40cd-8e17-fdbfab77341b",
                                    "Microsoft Exchange REST API Based Powershell"};
inline constexpr App kExchange{"00000002-0000-0ff1-ce00-000000000000", "Office 365 Exchange Online"};
inline constexpr App kSharePoint{"00000003-0000-0ff1-ce00-000000000000", "Office 365 SharePoint Online"};
inline constexpr App kGraph{"00000003-0000-0000-c000-000000000000", "Microsoft Graph"};
inline constexpr App kAdGraph{"00000002-0000-0000-c000-000000000000", "Windows Azure Active Directory"};
inline constexpr App kEmClient{"e9a7fea1-1cc0-4cd9-a31b-9137ca5deedd", "eM Client"};
inline constexpr App kPerfectData{"ff8d92dc-3d82-41d6-bcbd-b9174d163620", "PERFECTDATA SOFTWARE"};

struct Signin {
  Moment time = 0;
  std::string user, user_id, display;
  Spot from;
  App app = kOffice, resource = kExchange;
  std::string agent;
  const Device* device = nullptr;  ///< a registered one
  std::string os = "Windows10", browser = "";
  std::string session;
  int error = 0;
  bool interactive = true;
  std::string request_type = "OAuth2:Authorize", protocol = "none", transfer = "none", incoming = "none";
  std::string client_app = "Browser";
  std::string correlation;  ///< empty: one of its own
  std::string risk = "none";
  std::string detail;          ///< of the second factor
  bool tells_session = false;  ///< in the audit log as well, which names it in half of the logons
  bool in_ual = true, in_entra = true;

  static Signin of(const Person& who, Moment time, const Spot& from);
};

enum class MailClient : std::uint8_t { kOutlook, kWeb, kPhone, kImap, kEws, kRest };

/// What somebody does in a mailbox.
struct MailAct {
  Moment time = 0;
  const Person* who = nullptr;
  const Person* owner = nullptr;  ///< of the mailbox; empty: his own
  Spot from;
  MailClient client = MailClient::kOutlook;
  std::string agent;  ///< in the client's description, for web mail
  std::string session;
  std::string app;            ///< empty: as the client has it
  Moment token_issued = 0;    ///< 0: within the hour
  bool tells_session = true;  ///< false for programs whose records name no session
};

struct Item {
  std::string message_id, subject;
};

/// A cmdlet of Exchange.
struct Cmdlet {
  Moment time = 0;
  std::string user, user_key;
  std::string operation, object;
  std::vector<std::pair<std::string, std::string>> parameters;
  std::string ip, session;
  std::string app = kExchangeShell.id;
  int user_type = 2;
};

struct FileAct {
  Moment time = 0;
  const Person* who = nullptr;
  std::string operation = "FileAccessed", name, site = "projects";
  Spot from;
  std::string agent, session;
  bool managed = true;
};

struct Property {
  std::string name, was, now;
  bool json = false;  ///< the values are JSON text
};

/// A change in the directory.
struct Change {
  Moment time = 0;
  std::string operation;  ///< as Entra's audit log names it
  std::string category = "UserManagement", service = "Core Directory", type = "Update";
  const Person* by = nullptr;
  std::string by_app;  ///< when no person did it
  std::string ip, agent;
  std::string target, target_id, target_name, target_kind = "User";
  std::vector<Property> properties;
  std::vector<std::pair<std::string, std::string>> details;
  std::string reason;
  bool in_ual = true, in_entra = true;

  static Change of(const Person& by, Moment time, std::string operation, const Spot& from);
  Change& on(const Person& target);
};

struct Risk {
  Moment time = 0;
  const Person* who = nullptr;
  Spot from;
  std::string type, level, state = "atRisk", detail = "none", agent;
};

class Logs {
 public:
  Logs(const People& people, std::uint64_t seed, const std::string& folder);

  void signin(const Signin& s);
  void mail_read(const MailAct& act, const std::vector<Item>& items, const char* folder = "\\Inbox",
                 bool throttled = false);
  /// A client that takes a whole folder.
  void mail_sync(const MailAct& act, const char* folder = "\\Inbox", bool throttled = false);
  void mail_item(const MailAct& act, const char* operation, const Item& item, const char* folder);
  void mail_erased(const MailAct& act, const char* operation, const std::vector<Item>& items,
                   const char* folder);
  /// An inbox rule in the form that Outlook's records have.
  void outlook_rule(const MailAct& act, const std::string& name, const std::string& condition,
                    const std::string& actions);
  void cmdlet(const Cmdlet& c);
  void file(const FileAct& f);
  void change(const Change& c);
  void risk(const Risk& r);
  void teams_message(const Person& who, Moment time, const Spot& from);

  Item message(const std::string& subject);

  /// Writes what arrives before `until`.
  void flush(Moment until);
  bool failed() const;
  std::uint64_t records() const { return sequence_; }

  /// Records are of this label until the next begins; none with nullptr.
  void begin(Label* label) { label_ = label; }

 private:
  enum File : std::uint8_t { kUal, kInteractive, kBackground, kDirectory, kRisk, kFiles };
  struct Row {
    Moment arrival;
    std::uint64_t sequence;
    File file;
    std::string text;
  };
  void add(File file, Moment time, std::string text);
  void note(const std::string& id, const std::string& session = "");
  std::string ual_head(Moment time, const std::string& id, const std::string& operation, int type,
                       const char* workload, const std::string& result, const std::string& user,
                       const std::string& key, int user_type);
  std::string mailbox_part(const MailAct& act);
  std::string access_context(const MailAct& act);

  const People& people_;
  Random random_;
  std::array<std::ofstream, kFiles> out_;
  std::vector<Row> waiting_;
  std::uint64_t sequence_ = 0;
  Label* label_ = nullptr;
};

/// The labels of a run, and the one that records are noted under.
class Labels {
 public:
  explicit Labels(Logs& logs) : logs_(logs) {}
  /// Begins a label; records that follow belong to it until end().
  Label& begin(Label label) {
    all_.push_back(std::move(label));
    logs_.begin(&all_.back());
    return all_.back();
  }
  void end() { logs_.begin(nullptr); }
  const std::deque<Label>& all() const { return all_; }

 private:
  Logs& logs_;
  std::deque<Label> all_;
};

/// The id that Entra's logs give a token: the request's id in 22 letters of base64.
std::string token_of(const std::string& request_id);

}  // namespace shrike::tenant
