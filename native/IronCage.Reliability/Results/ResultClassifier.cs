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

    /// <summary>By the transport alone, when no response head came.</summary>
    /// <remarks>
    /// Connection failures, timeouts, resets and cut bodies are <see cref="CallResult.Failure"/>; a call that the caller cancelled or withdrew is
    /// <see cref="CallResult.Ignored"/>. <see cref="TransportOutcome.Complete"/> is <see cref="CallResult.Success"/>; use <see cref="From"/> where a status is known.
    /// An undefined value is <see cref="CallResult.Ignored"/>.
    /// </remarks>
    public static CallResult FromTransport(TransportOutcome outcome) => outcome switch
    {
        TransportOutcome.Complete => CallResult.Success,
        TransportOutcome.ConnectionFailed => CallResult.Failure,
        TransportOutcome.TimedOut => CallResult.Failure,
        TransportOutcome.Reset => CallResult.Failure,
        TransportOutcome.BodyCut => CallResult.Failure,
        _ => CallResult.Ignored,
    };

    /// <summary>By both: what the head said and how the exchange then ended.</summary>
    /// <param name="status">The HTTP status, or null when no response head came.</param>
    /// <param name="outcome">How the exchange ended.</param>
    /// <remarks>
    /// The worse evidence wins: a transport failure is a failure whatever the status was (a 200 whose body was cut); a status 408 or 500–599 is a failure
    /// also when the caller then hung up; a 2xx or 3xx that the caller cancelled is ignored, for the end of it was never seen.
    /// </remarks>
    public static CallResult From(int? status, TransportOutcome outcome)
    {
        var transport = FromTransport(outcome);
        if (status is not { } code || transport == CallResult.Failure)
            return transport;
        var answer = FromStatus(code);
        return answer == CallResult.Failure ? answer
            : transport == CallResult.Ignored ? CallResult.Ignored
            : answer;
    }
}
