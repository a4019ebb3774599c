using Kindred.Gpu.Models;
using TorchSharp;
using static TorchSharp.torch;

namespace Kindred.Gpu.Optimization;

internal static class Decay
{
    /// <summary>[P]: 1 where weight decay applies, 0 at batch norm and biases.</summary>
    public static Tensor Mask(ParameterLayout layout, Device device)
    {
        var mask = zeros([layout.Count], device: device).DetachFromDisposeScope();
        for (var i = 0; i < layout.Parameters.Count; i++)
            if (layout.Parameters[i].Decay)
            {
                using var part = mask.narrow(0, layout.Offset(i), layout.Parameters[i].Count);
                part.fill_(1);
            }

        return mask;
    }
}
