namespace IronCage.Reliability;

/// <summary>
/// Maps the end of a call to what it says about the provider. Pure, total: every number has an answer.
/// The question is always "is the provider, or the way to it, broken", never "did the caller get what it wanted".
/// </summary>
public static class ResultClassifier
{
    /// <summary>By the HTTP status of a response that arrived to its end.</summary>
    /// <remarks>
    /// <list type="table">
    /// <item><term>200–399</term><description><see cref="CallResult.Success"/>: it answered; a redirect and "not modified" are answers too.</description></item>
    /// <item><term>408</term><description><see cref="CallResult.Failure"/>: the server (or a proxy before it) ran out of time.</description></item>
    /// <item><term>429</term><description><see cref="CallResult.Ignored"/>: a provider that asks to slow down is not broken, and waiting is what its
    /// retry-after header is for; a breaker that opened on it would also refuse the calls that still fit the rate.</description></item>
    /// <item><term>400–499, others</term><description><see cref="CallResult.Ignored"/>: bad request, wrong key, no such model, too large: of the caller's own making.
    /// Not a success either: a proxy that answers 401 proves nothing about the model behind it.</description></item>
    /// <item><term>500–599</term><description><see cref="CallResult.Failure"/>: server errors, among them 503, the proxies' 520–526 and Anthropic's 529 "overloaded".</description></item>
    /// <item><term>others</term><description><see cref="CallResult.Ignored"/>: 1xx is no final answer, and 0, negative numbers and 600 and above are no HTTP status.</description></item>
    /// </list>
    /// </remarks>
    public static CallResult FromStatus(int status) => status switch
    {
        >= 200 and <= 399 => CallResult.Success,
        408 => CallResult.Failure,
        >= 500 and <= 599 => CallResult.Failure,
        _ => CallResult.Ignored,
    };
}
