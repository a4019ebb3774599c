namespace Kindred.Gpu.Step;

/// <summary>The augmented views of a shard, a pure function of (seed, step, shard). Called by several threads at once.</summary>
public interface IViewSource
{
    /// <summary>Views [V·b, 3, H, W] of the shard's b images, view-major; the caller owns the bundle. Steps count from 1.</summary>
    /// <exception cref="Data.DataException">The data set can't be read, or too much of it is corrupt.</exception>
    TensorBundle Views(long step, int shard);
}
