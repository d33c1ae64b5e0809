// What node classes and their categories are called in Chinese. Classes that limn does not have yet are here too: files name
// them, and plugins bring them.
export const zhNodes: Readonly<Record<string, string>> = {
  // loaders
  CheckpointLoaderSimple: '加载大模型', CheckpointLoader: '加载大模型（带配置）', VAELoader: '加载 VAE', LoraLoader: '加载 LoRA', LoraLoaderModelOnly: '加载 LoRA（仅模型）',
  CLIPLoader: '加载 CLIP', ImageOnlyCheckpointLoader: '加载视频大模型', DualCLIPLoader: '加载双 CLIP', TripleCLIPLoader: '加载三 CLIP', UNETLoader: '加载扩散模型', ControlNetLoader: '加载 ControlNet',
  DiffControlNetLoader: '加载 ControlNet（差分）', StyleModelLoader: '加载风格模型', CLIPVisionLoader: '加载 CLIP 视觉', UpscaleModelLoader: '加载放大模型',
  unCLIPCheckpointLoader: '加载 unCLIP 大模型', GLIGENLoader: '加载 GLIGEN', HypernetworkLoader: '加载超网络', DiffusersLoader: '加载 Diffusers 模型',

  // conditioning
  CLIPTextEncode: 'CLIP 文本编码（提示词）', CLIPSetLastLayer: '设置 CLIP 终止层', CLIPTextEncodeSDXL: 'CLIP 文本编码（SDXL）', CLIPTextEncodeFlux: 'CLIP 文本编码（Flux）',
  CLIPTextEncodeSD3: 'CLIP 文本编码（SD3）', CLIPVisionEncode: 'CLIP 视觉编码', StyleModelApply: '应用风格模型', unCLIPConditioning: 'unCLIP 条件',
  ConditioningCombine: '条件合并', ConditioningAverage: '条件平均', ConditioningConcat: '条件拼接', ConditioningZeroOut: '条件归零',
  ConditioningSetArea: '条件设置区域', ConditioningSetAreaPercentage: '条件设置区域（按比例）', ConditioningSetAreaStrength: '条件设置区域强度',
  ConditioningSetMask: '条件设置遮罩', ConditioningSetTimestepRange: '条件设置生效范围', ControlNetApply: '应用 ControlNet',
  ControlNetApplyAdvanced: '应用 ControlNet（高级）', FluxGuidance: 'Flux 引导', InpaintModelConditioning: '重绘模型条件', GLIGENTextBoxApply: '应用 GLIGEN 文本框',
  ReferenceLatent: '参考潜空间图像', InstructPixToPixConditioning: 'InstructPixToPix 条件',

  // sampling
  KSampler: 'K 采样器', KSamplerAdvanced: 'K 采样器（高级）', SamplerCustom: '自定义采样器', SamplerCustomAdvanced: '自定义采样器（高级）', KSamplerSelect: '选择采样方法',
  BasicScheduler: '基本调度器', KarrasScheduler: 'Karras 调度器', ExponentialScheduler: '指数调度器', SDTurboScheduler: 'SD Turbo 调度器', SplitSigmas: '拆分噪声序列',
  FlipSigmas: '反转噪声序列', BasicGuider: '基本引导', CFGGuider: 'CFG 引导', DualCFGGuider: '双重 CFG 引导', RandomNoise: '随机噪声', DisableNoise: '不加噪声', AddNoise: '加入噪声',
  ModelSamplingDiscrete: '离散模型采样', ModelSamplingFlux: '模型采样（Flux）', ModelSamplingSD3: '模型采样（SD3）', RescaleCFG: '重新缩放 CFG', FreeU: 'FreeU', FreeU_V2: 'FreeU 第二版',
  DifferentialDiffusion: '差分扩散', PerpNeg: '垂直负面引导', SelfAttentionGuidance: '自注意力引导', PerturbedAttentionGuidance: '扰动注意力引导', TomePatchModel: '合并相似标记',

  // latent
  EmptyLatentImage: '空潜空间图像', EmptySD3LatentImage: '空潜空间图像（SD3）', VAEDecode: 'VAE 解码', VAEEncode: 'VAE 编码', VAEDecodeTiled: 'VAE 解码（分块）',
  VAEEncodeTiled: 'VAE 编码（分块）', VAEEncodeForInpaint: 'VAE 编码（局部重绘）', LatentUpscale: '放大潜空间图像', LatentUpscaleBy: '按倍数放大潜空间图像',
  SetLatentNoiseMask: '设置潜空间噪声遮罩', LatentFromBatch: '从批次取潜空间图像', RepeatLatentBatch: '重复潜空间批次', LatentBatch: '潜空间图像合批',
  LatentBatchSeedBehavior: '批次种子方式', RebatchLatents: '重分潜空间批次', LatentFlip: '翻转潜空间图像', LatentRotate: '旋转潜空间图像', LatentCrop: '裁剪潜空间图像',
  LatentComposite: '潜空间图像合成', LatentCompositeMasked: '潜空间图像合成（遮罩）', LatentBlend: '潜空间图像混合', LatentAdd: '潜空间图像相加', LatentSubtract: '潜空间图像相减',
  LatentMultiply: '潜空间图像相乘', LatentInterpolate: '潜空间图像插值', LatentConcat: '潜空间图像拼接', LatentCut: '潜空间图像切分', SaveLatent: '保存潜空间图像', LoadLatent: '加载潜空间图像',

  // image
  LoadImage: '加载图像', LoadImageMask: '加载图像（作为遮罩）', LoadImageOutput: '加载图像（来自输出）', SaveImage: '保存图像', PreviewImage: '预览图像', SaveImageWebsocket: '发送图像（WebSocket）',
  EmptyImage: '空图像', ImageBatch: '图像合批', ImageFromBatch: '从批次取图像', RepeatImageBatch: '重复图像批次', RebatchImages: '重分图像批次', GetImageSize: '获取图像尺寸',
  ImageInvert: '反转图像颜色', ImageCrop: '裁剪图像', ImageFlip: '翻转图像', ImageRotate: '旋转图像', ImagePadForOutpaint: '外扩图像（用于扩图）', ImageBlend: '混合图像', ImageBlur: '模糊图像',
  ImageSharpen: '锐化图像', ImageQuantize: '减少图像颜色', ImageStitch: '拼接图像', ImageCompositeMasked: '合成图像（遮罩）', PorterDuffImageComposite: '合成图像（Porter-Duff）',
  JoinImageWithAlpha: '合并图像与透明度', SplitImageWithAlpha: '分离图像与透明度', ImageScale: '放大图像', ImageScaleBy: '按倍数放大图像',
  ImageScaleToTotalPixels: '缩放图像（按总像素）', ImageScaleToMaxDimension: '缩放图像（按最长边）', ResizeAndPadImage: '缩放并填充图像', ImageUpscaleWithModel: '用模型放大图像',
  ImageAddNoise: '图像加噪点', Canny: 'Canny 边缘检测', Morphology: '图像形态学', ImageRGBToYUV: '图像 RGB 转 YUV', ImageYUVToRGB: '图像 YUV 转 RGB',
  SaveAnimatedPNG: '保存动画 PNG', SaveAnimatedWEBP: '保存动画 WebP', FluxKontextImageScale: '缩放图像（Flux Kontext）', WebcamCapture: '摄像头拍摄',

  // mask
  SolidMask: '纯色遮罩', InvertMask: '反转遮罩', MaskToImage: '遮罩转图像', ImageToMask: '图像转遮罩', ImageColorToMask: '图像颜色转遮罩', ThresholdMask: '遮罩阈值', CropMask: '裁剪遮罩',
  GrowMask: '扩展遮罩', FeatherMask: '羽化遮罩', MaskComposite: '合成遮罩', MaskPreview: '预览遮罩',

  // values
  PrimitiveString: '文本', PrimitiveStringMultiline: '多行文本', PrimitiveInt: '整数', PrimitiveFloat: '小数', PrimitiveBoolean: '开关', StringConcatenate: '连接文本', StringSubstring: '截取文本',
  StringLength: '文本长度', CaseConverter: '转换大小写', StringTrim: '去除首尾空白', StringReplace: '替换文本', StringContains: '文本包含', StringCompare: '比较文本', RegexMatch: '正则匹配',
  RegexExtract: '正则提取', RegexReplace: '正则替换', PreviewAny: '预览任意值',

  // models
  ModelMergeSimple: '合并模型', ModelMergeBlocks: '合并模型（分块）', ModelMergeAdd: '模型相加', ModelMergeSubtract: '模型相减', CLIPMergeSimple: '合并 CLIP', CheckpointSave: '保存大模型',
  CLIPSave: '保存 CLIP', VAESave: '保存 VAE', ModelSave: '保存模型', LoraSave: '提取并保存 LoRA', PatchModelAddDownscale: '模型补丁：先缩小',

  // sound and video
  LoadAudio: '加载音频', SaveAudio: '保存音频', PreviewAudio: '预览音频', EmptyLatentAudio: '空潜空间音频', VAEDecodeAudio: 'VAE 解码音频', VAEEncodeAudio: 'VAE 编码音频',
  LoadVideo: '加载视频', SaveVideo: '保存视频', CreateVideo: '生成视频', GetVideoComponents: '分离视频内容', SaveWEBM: '保存 WebM',

  // the canvas's own
  Note: '备注', MarkdownNote: '备注（Markdown）', Reroute: '转接点', PrimitiveNode: '基本值',
};

/** By a part of a category: "image/upscaling" is two. */
export const zhCategories: Readonly<Record<string, string>> = {
  _for_testing: '试验中', advanced: '高级', api: '接口', audio: '音频', batch: '批次', color: '颜色', compositing: '合成', conditioning: '条件', controlnet: 'ControlNet',
  custom_sampling: '自定义采样', debug: '调试', gligen: 'GLIGEN', guiders: '引导', hooks: '挂钩', image: '图像', inpaint: '局部重绘', latent: '潜空间图像', loaders: '加载', lora: 'LoRA',
  mask: '遮罩', model: '模型', model_merging: '合并模型', model_patches: '模型补丁', model_specific: '特定模型', noise: '噪声', postprocessing: '后期处理', preprocessors: '预处理',
  primitive: '基本值', sampling: '采样', sd: '其他', samplers: '采样方法', schedulers: '调度器', sigmas: '噪声序列', string: '文本', style_model: '风格模型', text: '文本', transform: '变换',
  upscale_diffusion: '扩散放大', upscaling: '放大', utils: '工具', video: '视频', video_models: '视频模型', '3d': '三维', '3d_models': '三维模型', animation: '动画', canvas: '画布',
  limn: 'limn', operations: '运算', training: '训练', dataset: '数据集',
};
