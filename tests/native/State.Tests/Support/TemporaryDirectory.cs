namespace IronCage.State.Tests.Support;

internal sealed class TemporaryDirectory : IDisposable
{
    /// <param name="inMemory">Where the machine has a file system in memory: tests of thousands of commits wait for no disk.</param>
    public TemporaryDirectory(bool inMemory = false) => Root = inMemory && Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory(Path.Combine("/dev/shm", "ironcage-state-" + Guid.NewGuid().ToString("N"))).FullName
        : Directory.CreateTempSubdirectory("ironcage-state-").FullName;

    public string Root { get; }

    public string File(string name = "store.db") => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
