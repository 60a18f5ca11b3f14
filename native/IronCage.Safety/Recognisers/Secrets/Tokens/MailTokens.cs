using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Sending of mail, and marketing by it.</summary>
internal static class MailTokens
{
    public static readonly TokenRow[] Rows =
    [
        new("SENDGRID_API_KEY", "SG.<w22>.<w43>"),
        new("MAILGUN_API_KEY", "key-<h32>"),
        new("MAILGUN_API_KEY", "<h32>-<h8>-<h8>"),
        new("MAILCHIMP_API_KEY", "<h32>-us<d1-2>"),
        new("MANDRILL_API_KEY", "md-<w22>"),
        new("MANDRILL_API_KEY", "<w22>", Vendor.Named("mandrill")),
        new("BREVO_API_KEY", "xkeysib-<h64>-<a16>"),
        new("BREVO_SMTP_KEY", "xsmtpsib-<h64>-<a16>"),
        new("RESEND_API_KEY", "re_<a8>_<a24>"),
        new("POSTMARK_TOKEN", "<uuid>", Vendor.Named("postmark")),
        new("SPARKPOST_API_KEY", "<h40>", Vendor.Named("spark post")),
        new("MAILJET_SECRET", "<h32>", Vendor.Named("mail jet")),
        new("MAILERSEND_TOKEN", "mlsn.<h64>"),
        new("KLAVIYO_API_KEY", "pk_<h34>"),
        new("LOOPS_API_KEY", "<h32>", Vendor.Called("loops", "loops so")),
        new("HUBSPOT_TOKEN", "pat-(na|eu|ap)<d1>-<uuid>"),
        new("HUBSPOT_API_KEY", "<uuid>", Vendor.Named("hub spot", "hapikey")),
        new("GOOGLE_APP_PASSWORD", "<z16>", Vendor.Named("google app", "gmail", "app password", "gmail app", "smtp")),
        new("GOOGLE_APP_PASSWORD", "<z4> <z4> <z4> <z4>", Vendor.Named("google app", "gmail", "app password", "gmail app", "smtp")),
        new("APPLE_APP_PASSWORD", "<z4>-<z4>-<z4>-<z4>", Vendor.Named("apple", "icloud", "app specific", "app specific password", "notarytool", "altool")),
    ];
}
