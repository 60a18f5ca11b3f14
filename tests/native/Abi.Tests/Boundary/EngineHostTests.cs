using IronCage.Abi.Boundary;

namespace IronCage.Abi.Tests.Boundary;

public class EngineHostTests
{
    [Test]
    public void Closing_an_engine_whose_store_cannot_be_written_is_a_fault_of_the_store()
    {
        var directory = Directory.CreateTempSubdirectory("ironcage-abi-").FullName;
        try
        {
            var host = new EngineHost(default);
            host.Engine.Stores.Open($"sqlite:///{directory}/store.db").Dispose();
            Assert.That(Guard.Run(host.Close), Is.EqualTo(Status.State));
        }
        finally
        {
            Directory.Delete(directory, recursive: true);
        }
    }
}
