using IronCage.Core.Ledger;
using IronCage.Runtime;

namespace IronCage.Abi.Boundary;

/// <summary>
/// The catch-all of the boundary: every export is one call of <see cref="Run"/> (or <see cref="Value{T}"/> for exports that cannot fail). An exception that escaped would end the host.
/// </summary>
internal static class Guard
{
    public static int Run(Action body) => CatchAll.Run(body, static e => e switch
    {
        ConfigException => Status.Config,
        StoreException => Status.State,
        _ => Status.Ok,
    });

    /// <inheritdoc cref="CatchAll.Value{T}"/>
    public static T Value<T>(Func<T> body, T otherwise) => CatchAll.Value(body, otherwise);
}
