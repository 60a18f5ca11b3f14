using Polly;

namespace IronCage.Reliability;

/// <summary>
/// The breaker as a Polly strategy: asks the circuit, runs the callback, reports its result. Polly's own breaker counts a ratio over at least half a second;
/// this one counts failures in a row.
/// </summary>
internal sealed class CircuitBreakerStrategy(Circuit circuit) : ResilienceStrategy<CircuitOutcome>
{
    protected override ValueTask<Outcome<CircuitOutcome>> ExecuteCore<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<CircuitOutcome>>> callback, ResilienceContext context, TState state)
    {
        if (!circuit.TryEnter(out var generation, out var refusal, out var isProbe))
            return new ValueTask<Outcome<CircuitOutcome>>(Outcome.FromResult(refusal));
        if (isProbe && state is CallPermit permit)
            permit.IsProbeOf(circuit, generation);
        return RunAsync(callback, context, state, generation);
    }

    private async ValueTask<Outcome<CircuitOutcome>> RunAsync<TState>(
        Func<ResilienceContext, TState, ValueTask<Outcome<CircuitOutcome>>> callback, ResilienceContext context, TState state, long generation)
    {
        Outcome<CircuitOutcome> outcome;
        try
        {
            outcome = await callback(context, state).ConfigureAwait(context.ContinueOnCapturedContext);
        }
#pragma warning disable CA1031 // whatever the callback throws travels on as a value, as everywhere in Polly
        catch (Exception e)
        {
            outcome = Outcome.FromException<CircuitOutcome>(e);
        }
#pragma warning restore CA1031
        circuit.Leave(generation, outcome.Exception switch
        {
            null => outcome.Result.Result,
            OperationCanceledException => CallResult.Ignored,
            _ => CallResult.Failure,
        });
        return outcome;
    }
}
