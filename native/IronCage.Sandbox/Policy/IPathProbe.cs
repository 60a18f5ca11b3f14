namespace IronCage.Sandbox.Policy;

/// <summary>The one door to the disk of a compilation, so that tests compile without one.</summary>
public interface IPathProbe
{
    /// <summary>Looks at an absolute path, following symbolic links. Never throws: what cannot be seen is missing.</summary>
    PathFacts Look(string path);
}
