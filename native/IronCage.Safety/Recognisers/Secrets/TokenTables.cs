using IronCage.Safety.Recognisers.Secrets.Tokens;

namespace IronCage.Safety.Recognisers.Secrets;

/// <summary>
/// The tokens of all vendors, by what they publish about them and by the tokens they issue. A length is exact where it has been stable; where vendors changed it before, or do not say, there is room.
/// </summary>
internal static class TokenTables
{
    public static readonly TokenRow[] All =
    [
        .. CloudTokens.Rows, .. AzureTokens.Rows, .. CodeHostTokens.Rows, .. BuildTokens.Rows, .. RegistryTokens.Rows, .. ModelTokens.Rows, .. PaymentTokens.Rows, .. CommerceTokens.Rows,
        .. MessagingTokens.Rows, .. MailTokens.Rows, .. DatabaseTokens.Rows, .. MonitoringTokens.Rows, .. IdentityTokens.Rows, .. SocialTokens.Rows, .. WorkTokens.Rows, .. DataTokens.Rows,
    ];
}
