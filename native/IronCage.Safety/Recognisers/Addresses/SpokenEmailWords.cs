using IronCage.Safety.Recognisers.Secrets;
using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Addresses;

/// <summary>Words by which a spoken address is told from a sentence about a place.</summary>
internal static class SpokenEmailWords
{
    /// <summary>What people call mail, in the languages of the other context words.</summary>
    public static readonly ContextSet Mail = new(
        "mail", "e mail", "email", "emails", "mailto", "email address", "mail address", "mailbox", "courriel", "adresse mail", "correo", "correo electrónico",
        "posta elettronica", "e mailadres", "e post", "epost", "sähköposti", "e posta", "eposta", "adres e mail", "почта", "электронная почта", "邮箱", "邮件", "电子邮件",
        "メール", "메일", "이메일", "البريد", "ईमेल");

    /// <summary>What stands directly before an address: "write to jane", "please use jane".</summary>
    public static readonly WordTable Before = new(
        "to", "use", "contact", "reach", "mail", "email", "write", "cc", "bcc", "ping", "message", "via", "address", "mailto", "notify", "invite");

    /// <summary>Hosts of which everybody knows that people have their mail there.</summary>
    public static readonly WordTable MailHosts = new(
        "gmail", "googlemail", "hotmail", "outlook", "yahoo", "ymail", "icloud", "aol", "protonmail", "proton", "gmx", "zoho", "yandex", "fastmail", "tutanota",
        "rocketmail", "msn", "qq", "naver", "libero", "seznam", "tuta", "rediffmail", "mailbox", "posteo");

    /// <summary>What comes before "at" in a sentence about a place, and is nobody's name for mail.</summary>
    public static readonly WordTable NoNames = new(
        "look", "looking", "looked", "see", "us", "me", "it", "him", "her", "them", "you", "here", "there", "this", "that", "these", "those", "is", "are", "was", "were", "be",
        "been", "am", "visit", "find", "found", "available", "hosted", "located", "live", "lives", "online", "page", "pages", "site", "sites", "website", "websites", "web",
        "blog", "blogs", "home", "homepage", "more", "up", "out", "in", "on", "over", "now", "works", "work", "worked", "working", "published", "listed", "posted", "people", "person",
        "folks", "someone", "anyone", "everyone", "everybody", "nobody", "friends", "docs", "documentation", "form", "forms", "list", "lists", "shop", "store", "sold", "read",
        "stop", "start", "begin", "end", "aim", "aimed", "point", "points", "pointed", "arrive", "arrived", "meet", "meeting", "not", "only", "again", "directly", "and", "or",
        "job", "jobs", "order", "orders", "sign-up", "log-in", "sign", "account", "accounts", "link", "links", "news", "newsletter", "mailing-list", "archive", "archives", "server",
        "service", "services", "portal", "wiki", "forum", "one", "all", "both", "stay", "stayed", "still", "just", "also", "go", "come", "stuff", "things", "details", "article",
        "write", "email", "mail", "addresses", "address", "buy", "bought", "download", "downloads", "stare", "stared", "laugh", "laughed", "good", "bad", "better", "best", "what");

    /// <summary>What comes between "at" and "dot" in a sentence about dots.</summary>
    public static readonly WordTable NoHosts = new(
        "the", "a", "an", "each", "every", "this", "that", "any", "one", "no", "which", "what", "its", "our", "your", "my", "his", "her", "their", "first", "second", "third", "last",
        "next", "same", "some", "another", "least", "most", "all", "both", "either", "red", "blue", "green", "black", "white", "yellow", "single", "center", "centre");
}
