using System.Net;

namespace IronCage.Sandbox.Proxying;

/// <summary>The door to the resolver.</summary>
internal interface INameResolver
{
    /// <summary>The addresses of a normal name; none when there is no such name.</summary>
    Task<IPAddress[]> ResolveAsync(string name, CancellationToken cancellation);
}
