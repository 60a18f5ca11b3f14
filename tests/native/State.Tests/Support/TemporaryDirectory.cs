namespace IronCage.State.Tests.Support;

internal sealed class TemporaryDirectory : IDisposable
{
    public TemporaryDirectory() => Root = Directory.CreateTempSubdirectory("ironcage-state-").FullName;

    public string Root { get; }

    public string File(string name = "store.db") => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
