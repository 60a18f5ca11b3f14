using IronCage.Safety.Text;

namespace IronCage.Safety.Recognisers.Secrets.Tokens;

/// <summary>Payments, banks, exchanges and chains.</summary>
internal static class PaymentTokens
{
    private static readonly ContextSet Alchemy = Vendor.Named("alchemy");

    public static readonly TokenRow[] Rows =
    [
        new("STRIPE_SECRET_KEY", "sk_(live|test|org)_<a24-247>"),
        new("STRIPE_RESTRICTED_KEY", "rk_(live|test)_<a24-247>"),
        new("STRIPE_WEBHOOK_SECRET", "whsec_<p32-64>"),
        new("PAYSTACK_SECRET_KEY", "sk_(live|test)_<h40>"),
        new("SQUARE_ACCESS_TOKEN", "EAAA<w60>"),
        new("SQUARE_ACCESS_TOKEN", "sq0atp-<w22>"),
        new("SQUARE_OAUTH_SECRET", "sq0csp-<w43>"),
        new("PAYPAL_CLIENT_SECRET", "E<w79>", Vendor.Named("pay pal", "brain tree")),
        new("PAYPAL_ACCESS_TOKEN", "access_token$(production|sandbox)$<l16>$<h32>"),
        new("PAYPAL_ACCESS_TOKEN", "A21AA<w80-120>"),
        new("ADYEN_API_KEY", "AQE<p50-200>-<p10-200>-<v6-200>"),
        new("RAZORPAY_KEY_ID", "rzp_(live|test)_<a14>"),
        new("MOLLIE_API_KEY", "(live|test)_<a30-36>"),
        new("GOCARDLESS_TOKEN", "(live|sandbox)_<w40>"),
        new("MERCADOPAGO_ACCESS_TOKEN", "(APP_USR|TEST)-<d12-19>-<d6>-<h32>-<d6-12>"),
        new("FLUTTERWAVE_SECRET_KEY", "FLWSECK(_TEST|)-<a12-36>(-X|)"),
        new("PLAID_SECRET", "<h30>", Vendor.Named("plaid")),
        new("PLAID_ACCESS_TOKEN", "access-(sandbox|development|production)-<uuid>"),
        new("FINICITY_TOKEN", "<a20>", Vendor.Named("finicity")),
        new("FINICITY_TOKEN", "<h32>", Vendor.Named("finicity")),
        new("PADDLE_API_KEY", "pdl_(live|sdbx)_apikey_<l26>_<a22>_<a3>"),
        new("CHARGEBEE_API_KEY", "(live|test)_<a30-60>", Vendor.Named("chargebee")),
        new("WISE_API_TOKEN", "<uuid>", Vendor.Called("wise", "transferwise")),
        new("COINBASE_ACCESS_TOKEN", "<w64>", Vendor.Named("coinbase")),
        new("BINANCE_API_KEY", "<a64>", Vendor.Named("binance")),
        new("KRAKEN_API_SECRET", "<b86>==", Vendor.Named("kraken")),
        new("ETHERSCAN_KEY", "<u34>", Vendor.Named("ether scan", "bsc scan", "polygon scan")),
        new("INFURA_API_KEY", "<h32>", Vendor.Named("infura")),
        new("ALCHEMY_API_KEY", "<w32>", Alchemy),
        new("ALCHEMY_API_KEY", "alcht_<a30>"),
        new("DFUSE_KEY", "(web|server|mobile)_<l32>"),
        new("LOB_API_KEY", "(live|test)_(pub_|)<h35>"),
    ];
}
