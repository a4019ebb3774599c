namespace Kindred.Tests;
public sealed class SmokeTests { [Fact] public void Runs() => Assert.Equal(2, Environment.ProcessorCount > 0 ? 2 : 0); }
