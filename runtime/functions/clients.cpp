// Clients: ua(text), what a user agent says of itself.
// One ordered table of marks per question; the first mark that occurs in the text answers it. The marks are
// facts of public user agents: product tokens as RFC 9110 section 10.1.5 defines them, the vendors'
// documentation of their own strings (Mozilla's "Firefox user agent string reference", Microsoft's "Detect
// Microsoft Edge from your website", Apple's and Google's pages of the same kind), the default strings in the
// source of each HTTP library, and Microsoft's and public incident reports for the tools named there.
#include <functional>

#include "runtime/functions/topics.hpp"
#include "runtime/text_compare.hpp"

namespace shrike {
namespace {

constexpr std::size_t kLongest = 4096;  // bytes that are looked at

struct Mark {
  std::string_view text;  ///< folded
  std::string_view answer;
};

struct FamilyMark {
  std::string_view text;  ///< folded
  std::string_view family;
  bool tool;  ///< a script or an HTTP library, no program with a person before it
};

/// Specific marks first: an Edge says Chrome and Safari too, a Teams says Electron's Chrome.
constexpr FamilyMark kFamilies[] = {
    // Attack and reconnaissance tools
    {"azurehound", "AzureHound", true},
    {"bloodhound", "BloodHound", true},
    {"roadtools", "ROADtools", true},
    {"roadtx", "ROADtools", true},
    {"teamfiltration", "TeamFiltration", true},
    {"aadinternals", "AADInternals", true},
    {"graphrunner", "GraphRunner", true},
    {"o365spray", "o365spray", true},
    {"msolspray", "MSOLSpray", true},
    {"evilginx", "Evilginx", true},
    {"nuclei", "Nuclei", true},
    {"fasthttp", "fasthttp", true},
    // HTTP libraries and scripts
    {"axios/", "axios", true},
    {"python-requests", "python-requests", true},
    {"python-httpx", "httpx", true},
    {"python-urllib", "Python", true},
    {"aiohttp", "aiohttp", true},
    {"python/", "Python", true},
    {"azsdk-python", "Azure SDK", true},
    {"azsdk", "Azure SDK", true},
    {"azure-cli", "Azure CLI", true},
    {"azurecli", "Azure CLI", true},
    {"azurepowershell", "PowerShell", true},
    {"azure powershell", "PowerShell", true},
    {"windowspowershell", "PowerShell", true},
    {"powershell", "PowerShell", true},
    {"exchangeonlinemanagement", "PowerShell", true},
    {"msgraphsdk", "Microsoft Graph SDK", true},
    {"graph-dotnet", "Microsoft Graph SDK", true},
    {"go-http-client", "Go-http-client", true},
    {"go-resty", "Go-http-client", true},
    {"curl/", "curl", true},
    {"libcurl", "curl", true},
    {"wget/", "Wget", true},
    {"postmanruntime", "Postman", true},
    {"insomnia/", "Insomnia", true},
    {"node-fetch", "node", true},
    {"undici", "node", true},
    {"got (", "node", true},
    {"node.js", "node", true},
    {"node-superagent", "node", true},
    {"okhttp", "okhttp", true},
    {"apache-httpclient", "Java", true},
    {"java/", "Java", true},
    {"jakarta", "Java", true},
    {"guzzlehttp", "PHP", true},
    {"php/", "PHP", true},
    {"ruby", "Ruby", true},
    {"faraday", "Ruby", true},
    {"libwww-perl", "Perl", true},
    {"restsharp", "RestSharp", true},
    {"reqwest/", "Rust", true},
    {"headlesschrome", "Headless Chrome", true},
    {"phantomjs", "PhantomJS", true},
    {"puppeteer", "Headless Chrome", true},
    {"playwright", "Playwright", true},
    {"selenium", "Selenium", true},
    {"httpie/", "HTTPie", true},
    {"winhttp", "WinHTTP", true},
    // Microsoft's own sign-in and mail components
    {"bav2ropc", "BAV2ROPC", true},    // password grant behind basic authentication of Exchange Online
    {"cbainprod", "CBAinPROD", true},  // the same for POP, IMAP and SMTP
    {"cbainpromod", "CBAinPROD", true},
    {"ms wam", "Windows sign-in", false},
    {"windows-azuread-authentication-provider", "Windows sign-in", false},
    {"dalvik", "Android app", false},
    {"microsoft.aad.brokerplugin", "Windows sign-in", false},
    {"exchangewebservices", "Exchange Web Services", true},
    {"exchangeservicesclient", "Exchange Web Services", true},
    // Programs for people, before the browsers whose names they carry
    {"teams", "Teams", false},
    {"outlook-ios", "Outlook Mobile", false},
    {"outlook-android", "Outlook Mobile", false},
    {"outlookmobile", "Outlook Mobile", false},
    {"microsoft outlook", "Outlook", false},
    {"outlook", "Outlook", false},
    {"onedrive", "OneDrive", false},
    {"skydrivesync", "OneDrive", false},
    {"sharepoint", "SharePoint", false},
    {"microsoft office", "Office", false},
    {"ms-office", "Office", false},
    {"office/", "Office", false},
    {"thunderbird", "Thunderbird", false},
    {"applemail", "Apple Mail", false},
    {"apple-iphone", "Apple Mail", false},
    {"apple-ipad", "Apple Mail", false},
    {"exchangeactivesync", "Exchange ActiveSync", false},
    {"mac os x mail", "Apple Mail", false},
    {"samsung-sm", "Android Mail", false},
    {"android-mail", "Android Mail", false},
    {"slack", "Slack", false},
    // Browsers
    {"edg/", "Edge", false},
    {"edge/", "Edge", false},
    {"edga/", "Edge", false},
    {"edgios/", "Edge", false},
    {"opr/", "Opera", false},
    {"opera", "Opera", false},
    {"vivaldi", "Vivaldi", false},
    {"yabrowser", "Yandex", false},
    {"samsungbrowser", "Samsung Internet", false},
    {"brave/", "Brave", false},
    {"electron/", "Electron", false},
    {"fxios/", "Firefox", false},
    {"firefox/", "Firefox", false},
    {"crios/", "Chrome", false},
    {"chromium/", "Chromium", false},
    {"chrome/", "Chrome", false},
    {"msie ", "Internet Explorer", false},
    {"trident/", "Internet Explorer", false},
    {"version/", "Safari", false},
    {"safari/", "Safari", false},
    {"applewebkit/", "Safari", false},  // web views of Apple's programs name no browser
    {"cfnetwork", "Apple app", false},
    {"mozilla/", "Browser", false},
    // Short names that stand in other words too
    {"axios", "axios", true},
    {"node", "node", true},
    {"curl", "curl", true},
};

constexpr Mark kSystems[] = {
    {"windows phone", "Windows Phone"},
    {"iphone", "iOS"},
    {"ipad", "iOS"},
    {"ipod", "iOS"},
    {" ios", "iOS"},
    {"(ios", "iOS"},
    {"outlook-ios", "iOS"},
    {"android", "Android"},
    {"dalvik", "Android"},
    {"cros ", "ChromeOS"},
    {"windows", "Windows"},
    {"win32", "Windows"},
    {"win64", "Windows"},
    {"microsoft outlook", "Windows"},
    {"mac os", "macOS"},
    {"macintosh", "macOS"},
    {"macos", "macOS"},
    {"darwin", "macOS"},
    {"linux", "Linux"},
    {"x11", "Linux"},
};

constexpr Mark kDevices[] = {
    {"ipad", "tablet"},         {"tablet", "tablet"},     {"iphone", "phone"},          {"ipod", "phone"},
    {"windows phone", "phone"}, {"outlook-ios", "phone"}, {"outlook-android", "phone"}, {"android", "phone"},
    {"mobile", "phone"},        {"windows", "desktop"},   {"win32", "desktop"},         {"win64", "desktop"},
    {"macintosh", "desktop"},   {"mac os", "desktop"},    {"cros ", "desktop"},         {"linux", "desktop"},
    {"x11", "desktop"},
};

template <std::size_t N>
Value answer(std::string_view text, bool ascii, const Mark (&marks)[N]) {
  for (const Mark& mark : marks) {
    if (contains_folded(text, ascii, mark.text)) return Value::of_string(mark.answer, Value::kAscii);
  }
  return {};
}

/// An agent that no mark knows is named by its first product token.
Value first_product(std::string_view text) {
  const std::string_view product = text.substr(0, text.find_first_of("/ ("));
  return product.empty() ? Value{} : text_value(product);
}

/// What the marks say of an agent; no family where none knows it.
Client client_of(std::string_view text) {
  const bool ascii = is_ascii(text);
  Client client;
  client.tool = Value::of_bool(false);
  client.os = answer(text, ascii, kSystems);
  client.device = answer(text, ascii, kDevices);
  for (const FamilyMark& mark : kFamilies) {
    if (!contains_folded(text, ascii, mark.text)) continue;
    client.family = Value::of_string(mark.family, Value::kAscii);
    client.tool = Value::of_bool(mark.tool);
    break;
  }
  return client;
}

/// The agent's place in the cache; null for one that is too long to be kept.
ClientCache::Answer* place_of(ClientCache& cache, std::string_view text) {
  constexpr std::size_t kPlaces = 256;
  constexpr std::size_t kLongestKept = 512;
  if (text.size() > kLongestKept) return nullptr;
  if (cache.answers.empty()) cache.answers.resize(kPlaces);
  return &cache.answers[std::hash<std::string_view>()(text) % kPlaces];
}

Value ua(CallContext& context, std::span<const Value> arguments) {
  const std::string_view text = without_blanks(arguments[0].as_string().substr(0, kLongest));
  if (text.empty()) return {};
  auto* const client = context.arena.allocate_array<Client>(1);
  if (client == nullptr) return {};
  ClientCache::Answer* const known = place_of(context.clients, text);
  if (known == nullptr) {
    *client = client_of(text);
  } else {
    if (known->agent != text) *known = {std::string(text), client_of(text)};
    *client = known->client;
  }
  if (client->family.is_missing()) client->family = first_product(text);
  return Value::of_client(client);
}

constexpr FunctionRow kRows[] = {
    {"ua(text: string): client", ua, 200, false,
     "What a user agent says of itself: .family, .os, .device (desktop, phone, tablet) and .tool, true for "
     "scripts and HTTP libraries.",
     "ua(\"axios/1.7.9\").tool"},
};

}  // namespace

std::span<const FunctionRow> client_functions() { return kRows; }

}  // namespace shrike
